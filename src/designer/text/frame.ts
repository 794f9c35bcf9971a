import { plural } from './plural.ts'

/** The bar, sheets, menus, the blank canvas and the live region. */
export const frame = {
  product: 'Millrace',
  untitled: 'Untitled',
  undone: (label: string) => `Undone: ${label}`,
  redone: (label: string) => `Redone: ${label}`,
  nothingToUndo: 'Nothing to undo',
  nothingToRedo: 'Nothing to redo',
  operators: (count: number) => plural(count, 'operator', 'operators'),
}
