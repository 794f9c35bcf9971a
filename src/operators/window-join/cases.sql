-- pairs rows of one window by key; NULL keys never match (WJ-1, inner)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`id` AS `id0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM TABLE(TUMBLE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `l`
INNER JOIN TABLE(TUMBLE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `r`
ON `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`;

-- gives left rows without a match when the window closes (WJ-1, left)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`id` AS `id0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM TABLE(TUMBLE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `l`
LEFT JOIN TABLE(TUMBLE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `r`
ON `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`;

-- gives right rows without a match when the window closes (WJ-1, right)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`id` AS `id0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`,
  `r`.`window_start`,
  `r`.`window_end`,
  `r`.`window_time`
FROM TABLE(TUMBLE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `l`
RIGHT JOIN TABLE(TUMBLE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `r`
ON `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`;

-- gives both sides without a match when the window closes (WJ-1, full)
-- noted: On Flink the bounds of the window of a full join may be NULL by their type, and an operator behind it that goes on with its windows is not recognised as one. A left or right join keeps them.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`id` AS `id0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`,
  COALESCE(`l`.`window_start`, `r`.`window_start`) AS `window_start`,
  COALESCE(`l`.`window_end`, `r`.`window_end`) AS `window_end`,
  COALESCE(`l`.`window_time`, `r`.`window_time`) AS `window_time`
FROM TABLE(TUMBLE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `l`
FULL JOIN TABLE(TUMBLE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `r`
ON `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`;

-- gives each left row that has a match once (WJ-1, semi)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id`,
  `l`.`ts`,
  `l`.`a`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM TABLE(TUMBLE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `l`
WHERE EXISTS (
SELECT 1
FROM TABLE(TUMBLE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `r`
WHERE `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`
);

-- gives each left row that has no match (WJ-1, anti)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id`,
  `l`.`ts`,
  `l`.`a`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM TABLE(TUMBLE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `l`
WHERE NOT EXISTS (
SELECT 1
FROM TABLE(TUMBLE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `r`
WHERE `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`
);

-- pairs rows in every hopping window they share
-- noted: On Flink the bounds of the window of a full join may be NULL by their type, and an operator behind it that goes on with its windows is not recognised as one. A left or right join keeps them.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`id` AS `id0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`,
  COALESCE(`l`.`window_start`, `r`.`window_start`) AS `window_start`,
  COALESCE(`l`.`window_end`, `r`.`window_end`) AS `window_end`,
  COALESCE(`l`.`window_time`, `r`.`window_time`) AS `window_time`
FROM TABLE(HOP(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.02' SECOND)) AS `l`
FULL JOIN TABLE(HOP(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.02' SECOND)) AS `r`
ON `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`;

-- pairs rows in every step of a cumulating window from the first that has both
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`id` AS `id0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM TABLE(CUMULATE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.002' SECOND, INTERVAL '0.006' SECOND)) AS `l`
INNER JOIN TABLE(CUMULATE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.002' SECOND, INTERVAL '0.006' SECOND)) AS `r`
ON `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`;

-- lets only pairs that meet the condition count as matches
-- noted: On Flink the bounds of the window of a full join may be NULL by their type, and an operator behind it that goes on with its windows is not recognised as one. A left or right join keeps them.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`id` AS `id0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`,
  COALESCE(`l`.`window_start`, `r`.`window_start`) AS `window_start`,
  COALESCE(`l`.`window_end`, `r`.`window_end`) AS `window_end`,
  COALESCE(`l`.`window_time`, `r`.`window_time`) AS `window_time`
FROM TABLE(TUMBLE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `l`
FULL JOIN TABLE(TUMBLE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `r`
ON `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end` AND (`r`.`ts` > `l`.`ts`);

-- tests the condition for semi and anti joins
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id`,
  `l`.`ts`,
  `l`.`a`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM TABLE(TUMBLE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `l`
WHERE NOT EXISTS (
SELECT 1
FROM TABLE(TUMBLE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `r`
WHERE `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end` AND (`r`.`b` <> 'no')
);

-- a row whose window is NULL, as an outer join pads it, is in none
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM `left` AS `l`
WHERE EXISTS (
SELECT 1
FROM `right` AS `r`
WHERE `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`
);

-- joins the windows that both sides carry (cascade)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`n` AS `n`,
  `r`.`id` AS `id0`,
  `r`.`n` AS `n0`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM `left` AS `l`
LEFT JOIN `right` AS `r`
ON `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`;

-- computes its output columns, and pairs everything where no columns are equal
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`a` || '-' || COALESCE(`r`.`b`, '?') AS `pair`,
  `l`.`id` + `r`.`id` AS `sum`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM TABLE(TUMBLE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `l`
LEFT JOIN TABLE(TUMBLE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `r`
ON `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`;

-- numbers names that the left side has, until they are free
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`id0` AS `id0`,
  `l`.`ts` AS `ts`,
  `r`.`id` AS `id1`,
  `r`.`ts` AS `ts0`,
  `r`.`id1` AS `id10`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM TABLE(TUMBLE(TABLE `left`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `l`
INNER JOIN TABLE(TUMBLE(TABLE `right`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND)) AS `r`
ON `l`.`id` = `r`.`id` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`;
