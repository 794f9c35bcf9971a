import type { JsonObject } from '../../../../columnar/json.ts'
import { arbitraryAggregates } from '../arbitraryExpression.ts'
import type { GenerateFacet } from '../facet.ts'
import { keyColumns, windowPart } from './windows.ts'

export const windowAggregate: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const window = windowPart(chance, input!, ['tumble', 'hop', 'cumulate', 'session'])
    if (window === null) return null
    // A view of a session of several columns cannot be read on Flink.
    const groupBy = chance.someOf(keyColumns(input!), 0, (window.window as JsonObject | undefined)?.type === 'session' ? 1 : 2)
    // Where windows share slices or merge, Flink has no FIRST_VALUE and LAST_VALUE.
    const ordered = input!.ordered && !input!.updating && (window.window as JsonObject | undefined)?.type === 'tumble'
    return { ...window, groupBy, aggregates: arbitraryAggregates(chance, input!.schema, ordered, 0, new Set(groupBy)) }
  },
}
