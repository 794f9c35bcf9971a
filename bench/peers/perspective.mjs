// The kernels that Perspective can say: a table is updated with the rows, a view computes. Views have no joins and no windows but what an expression buckets, so the others it cannot say.
import perspective from '@finos/perspective'

const schema = { auction: 'integer', bidder: 'integer', price: 'float', dateTime: 'float' }
const columnsOf = (bids) => Object.fromEntries(Object.keys(schema).map((name) => [name, bids.map((bid) => bid[name])]))

/** A fresh table and view, the rows, the size of the result. */
const of = (view, more = {}) => ({ bids }) => {
  const columns = columnsOf(bids)
  if (more.index !== undefined) columns[more.index] = bids.map(more.key)
  return async () => {
    const table = await perspective.table(more.index === undefined ? schema : { ...schema, [more.index]: 'string' }, more.index === undefined ? {} : { index: more.index })
    const result = await table.view(view)
    await table.update(columns)
    const rows = await result.num_rows()
    await result.to_arrow()
    await result.delete()
    await table.delete()
    return rows
  }
}

export const kernels = {
  q1: of({ columns: ['auction', 'bidder', 'euros', 'dateTime'], expressions: { euros: '"price" * 0.908' } }),
  q2: of({ columns: ['auction', 'price'], expressions: { rest: '"auction" % 123' }, filter: [['rest', '==', 0]] }),
  q18: of({ columns: Object.keys(schema) }, { index: 'pair', key: (bid) => `${bid.bidder} ${bid.auction}` }),
}

export const cannot = {
  q5: 'a view has no overlapping windows and no join with its own maximum',
  q7: 'a view has no join with its own maximum',
  q8: 'a view has one table',
  q11: 'a view has no sessions',
}
