/** How much of a node can be read at a zoom: all of it, its name and one number, or what kind it is. The style sheet draws each. */
export function distanceAt(zoom: number): 'far' | 'middle' | 'near' {
  return zoom < 0.45 ? 'far' : zoom < 0.85 ? 'middle' : 'near'
}
