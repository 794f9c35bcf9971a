/** What the palette puts on a drag: the kind to add. */
export const kindDragType = 'application/x-millrace-kind'
