-- sums the rows of the last 5 ms, peers together; a row behind the last that came out is late (OVER-1, OVER-2)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC RANGE BETWEEN INTERVAL '0.005' SECOND PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `placed`;

-- sums a row and the one before it, peers one by one (OVER-1, OVER-2)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `framed`;

-- sums all rows before, peers together; a row at or behind the watermark is late (OVER-1, OVER-2)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `placed`;

-- sums all rows before, one by one, in order of their time
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `framed`;

-- a row exactly the range before still counts, one millisecond more does not
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `n`,
  `over_1` AS `least`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  COUNT(*) OVER (PARTITION BY `k` ORDER BY `ts` ASC RANGE BETWEEN INTERVAL '1' SECOND PRECEDING AND CURRENT ROW) AS `over_0`,
  MIN(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC RANGE BETWEEN INTERVAL '1' SECOND PRECEDING AND CURRENT ROW) AS `over_1`
FROM `in`
) AS `placed`;

-- takes all aggregates back when a row leaves the frame: NULLs, the greatest, the first, distinct values, a filter
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `s`,
  `over_1` AS `a`,
  `over_2` AS `most`,
  `over_3` AS `first`,
  `over_4` AS `d`,
  `over_5` AS `big`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS `over_0`,
  AVG(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS `over_1`,
  MAX(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS `over_2`,
  FIRST_VALUE(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS `over_3`,
  COUNT(DISTINCT `v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS `over_4`,
  COUNT(CASE WHEN `v` > 4 THEN 1 ELSE NULL END) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS `over_5`
FROM `in`
) AS `framed`;

-- an average is the sum, which wraps in the type of the column, by the count
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `t`,
  `s`,
  `i`,
  `f`,
  `p`,
  `ts`,
  `over_0` AS `at`,
  `over_1` AS `as`,
  `over_2` AS `ai`,
  `over_3` AS `af`,
  `over_4` AS `ap`
FROM (
SELECT
  `k`,
  `t`,
  `s`,
  `i`,
  `f`,
  `p`,
  `ts`,
  AVG(`t`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_0`,
  AVG(`s`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_1`,
  AVG(`i`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_2`,
  AVG(`f`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_3`,
  AVG(`p`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_4`
FROM `in`
) AS `framed`;

-- computes with the aggregates and the row itself
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `v` - `over_0` + `over_1` / `over_2` AS `change`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  AVG(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_0`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_1`,
  COUNT(*) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_2`
FROM `in`
) AS `framed`;

-- NULL is a partition of its own; without partitions all rows are one
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `n`,
  `over_1` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  COUNT(`k`) OVER (ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_0`,
  SUM(`v`) OVER (ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_1`
FROM `in`
) AS `framed`;

-- numbers the rows of a partition
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `n`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  ROW_NUMBER() OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_0`
FROM `in`
) AS `framed`;

-- LAG gives the value of an earlier row of the partition
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `before`,
  `v` - `over_1` AS `change`,
  CASE WHEN `over_3` > 2 THEN `over_2` ELSE -1 END AS `two`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  LAG(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_0`,
  LAG(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_1`,
  LAG(`v`, 2) OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_2`,
  COUNT(*) OVER (PARTITION BY `k` ORDER BY `ts` ASC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_3`
FROM `in`
) AS `placed`;

-- sums, numbers and looks back at once
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `s`,
  `over_1` AS `n`,
  `v` - CASE WHEN `over_3` > 1 THEN `over_2` ELSE `v` END AS `change`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0`,
  `over_1`,
  LAG(`v`, 1) OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_2`,
  COUNT(*) OVER (PARTITION BY `k` ORDER BY `ts` ASC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_3`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_0`,
  ROW_NUMBER() OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_1`
FROM `in`
) AS `framed`
) AS `placed`;

-- ranks rows of one time alike, as the last of them
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `r`,
  `over_1` AS `d`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  RANK() OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_0`,
  DENSE_RANK() OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_1`
FROM `in`
) AS `placed`;

-- LAG looks back from the last row of a time
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `before`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  LAG(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_0`
FROM `in`
) AS `placed`;

-- forgets a partition half a range after its frame is empty, and with it how far it had come
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `n`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  COUNT(*) OVER (PARTITION BY `k` ORDER BY `ts` ASC RANGE BETWEEN INTERVAL '1' SECOND PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `placed`;

-- in processing time each row comes out at once
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `pt`,
  `over_0` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `pt`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `pt` ASC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `framed`;

-- in processing time a range waits for its millisecond to end
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `pt`,
  `over_0` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `pt`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `pt` ASC RANGE BETWEEN INTERVAL '0.01' SECOND PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `placed`;

-- with a time to live, a partition that was idle for half as much again begins anew; a row sets its timer later only where that would ring within the time to live
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `s`,
  `over_1` AS `n`,
  `over_2` AS `before`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0`,
  `over_1`,
  LAG(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_2`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_0`,
  ROW_NUMBER() OVER (PARTITION BY `k` ORDER BY `ts` ASC) AS `over_1`
FROM `in`
) AS `framed`
) AS `placed`;

-- with a time to live and a number of rows, the time that came out last is forgotten too; a late row keeps its partition
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `framed`;

-- with a time to live, a range of time forgets by its frame alone
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `ts`,
  `over_0` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `ts`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `ts` ASC RANGE BETWEEN INTERVAL '1' SECOND PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `placed`;

-- with a time to live, in processing time without a bound a partition begins anew when its last row is so long ago
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `pt`,
  `over_0` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `pt`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `pt` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `framed`;

-- with a time to live, in processing time over a number of rows it does so by its timer
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `v`,
  `pt`,
  `over_0` AS `s`
FROM (
SELECT
  `k`,
  `v`,
  `pt`,
  SUM(`v`) OVER (PARTITION BY `k` ORDER BY `pt` ASC ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) AS `over_0`
FROM `in`
) AS `framed`;
