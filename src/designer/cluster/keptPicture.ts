/**
 * A part of the diagram that looks the same in most frames, such as the heads of the lanes: painted when what it is made from (`key`) has changed, copied otherwise. Words and slanted lines cost a frame
 * ten times what copying them costs.
 */
export class KeptPicture {
  readonly #canvas = document.createElement('canvas')
  #key = ''

  /** Puts it at (x, y) of the context, all in CSS pixels. */
  put(context: CanvasRenderingContext2D, key: string, x: number, y: number, width: number, height: number, ratio: number, paint: (context: CanvasRenderingContext2D) => void): void {
    const wide = Math.round(width * ratio)
    const high = Math.round(height * ratio)
    if (wide <= 0 || high <= 0) return
    const all = `${wide} ${high} ${ratio} ${key}`
    if (all !== this.#key) {
      this.#key = all
      this.#canvas.width = wide
      this.#canvas.height = high
      const own = this.#canvas.getContext('2d')!
      own.setTransform(ratio, 0, 0, ratio, 0, 0)
      paint(own)
    }
    context.save()
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.drawImage(this.#canvas, Math.round(x * ratio), Math.round(y * ratio))
    context.restore()
  }
}
