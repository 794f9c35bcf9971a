// The kernels in DuckDB-WASM, as one query each over rows that are in a table already: the most favourable way to ask it, because nothing has to be kept up to date. Loading is not counted.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const duckdb = require('@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs')
const dist = dirname(require.resolve('@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs'))

async function connected({ bids, persons, auctions }) {
  const db = await duckdb.createDuckDB(
    { mvp: { mainModule: join(dist, 'duckdb-mvp.wasm'), mainWorker: '' }, eh: { mainModule: join(dist, 'duckdb-eh.wasm'), mainWorker: '' } },
    new duckdb.VoidLogger(),
    duckdb.NODE_RUNTIME,
  )
  await db.instantiate(() => {})
  const connection = db.connect()
  for (const [name, rows] of Object.entries({ bids, persons, auctions })) {
    const names = Object.keys(rows[0])
    db.registerFileText(`${name}.csv`, `${names.join(',')}\n${rows.map((row) => names.map((column) => row[column]).join(',')).join('\n')}\n`)
    connection.query(`CREATE TABLE ${name} AS SELECT * FROM read_csv('${name}.csv', header = true, columns = {${names.map((column) => `'${column}': 'BIGINT'`).join(', ')}})`)
  }
  return connection
}

/** The result is made, as Arrow, and counted. */
const of = (sql) => async (data) => {
  const connection = await connected(data)
  return () => connection.query(sql).numRows
}

export const kernels = {
  q1: of('SELECT auction, bidder, price * 0.908 AS price, dateTime FROM bids'),
  q2: of('SELECT auction, price FROM bids WHERE auction % 123 = 0'),
  q5: of(`WITH counts AS (SELECT dateTime // 2000 - i AS w, auction, count(*) AS num FROM bids, range(5) AS r(i) GROUP BY ALL)
    SELECT w, auction, num FROM counts JOIN (SELECT w, max(num) AS most FROM counts GROUP BY w) USING (w) WHERE num >= most`),
  q7: of('SELECT b.* FROM bids b JOIN (SELECT dateTime // 10000 AS w, max(price) AS price FROM bids GROUP BY 1) m ON b.price = m.price AND b.dateTime // 10000 = m.w'),
  q8: of('SELECT DISTINCT p.id, p.dateTime // 10000 AS w FROM persons p JOIN auctions a ON p.id = a.seller AND p.dateTime // 10000 = a.dateTime // 10000'),
  q11: of(`SELECT bidder, session, count(*), min(dateTime), max(dateTime) + 10000 FROM (
      SELECT bidder, dateTime, sum(starts) OVER (PARTITION BY bidder ORDER BY dateTime ROWS UNBOUNDED PRECEDING) AS session FROM (
        SELECT bidder, dateTime, CASE WHEN dateTime <= lag(dateTime) OVER (PARTITION BY bidder ORDER BY dateTime) + 10000 THEN 0 ELSE 1 END AS starts FROM bids))
    GROUP BY bidder, session`),
  q18: of('SELECT bidder, auction, arg_max(price, dateTime), max(dateTime) FROM bids GROUP BY bidder, auction'),
}

export const cannot = {}
