/** The outline: the job as a tree. */
export const outline = {
  title: 'Outline',
  label: 'Operators in the order of the flow',
}
