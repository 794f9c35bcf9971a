/** The palette of operators. */
export const palette = {
  title: 'Add',
  filter: (count: number) => `Filter ${count} operators`,
  filterLabel: 'Filter operators',
  none: 'No operator by that name.',
  families: { source: 'Sources', shape: 'Shape', time: 'Time', join: 'Join', state: 'State', sink: 'Sinks' },
}
