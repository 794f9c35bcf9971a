/** How long the view takes to get somewhere: no time for who asked the system for less motion. */
export function moveMs(ms: number): number {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : ms
}
