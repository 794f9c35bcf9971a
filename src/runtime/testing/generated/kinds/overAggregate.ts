import { arbitraryAggregates } from '../arbitraryExpression.ts'
import type { GenerateFacet } from '../facet.ts'
import { eventTimeOf, keyColumns } from './windows.ts'

export const overAggregate: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const time = eventTimeOf(input!)
    if (time === null || !input!.ordered || input!.updating) return null
    const type = chance.oneOf(['rows', 'range'])
    // With a bound, rows behind the watermark come out too, and whoever is behind finds them late or not as channels advance.
    const preceding = input!.late || chance.happens(40) ? 'unbounded' : type === 'rows' ? chance.integer(1, 6) : chance.integer(1, 20_000)
    const aggregates = arbitraryAggregates(chance, input!.schema, true, 1, new Set(input!.schema.fields.map(({ name }) => name)))
    if (preceding === 'unbounded' && chance.happens(40)) aggregates.push({ name: 'row_number', expression: 'ROW_NUMBER()' })
    return { partitionBy: chance.someOf(keyColumns(input!), 0, 2), orderBy: [{ column: time, direction: 'ASC' }], frame: { type, preceding }, aggregates }
  },
}
