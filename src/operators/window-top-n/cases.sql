-- gives the best two of a window when it closes; ties go to the earlier arrival (WTN-1)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  `rank`
FROM (
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  ROW_NUMBER() OVER (PARTITION BY `window_start`, `window_end` ORDER BY `v` DESC) AS `rank`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
) AS `numbered`
WHERE `rank` <= 2;

-- the last row in time is the later of two that arrive with equal times, as in a deduplication
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  `rank`
FROM (
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  ROW_NUMBER() OVER (PARTITION BY `window_start`, `window_end` ORDER BY `ts` DESC) AS `rank`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
) AS `numbered`
WHERE `rank` = 1;

-- the last two in time keep to the order of arrival where times are equal
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  `rank`
FROM (
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  ROW_NUMBER() OVER (PARTITION BY `window_start`, `window_end` ORDER BY `ts` DESC) AS `rank`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
) AS `numbered`
WHERE `rank` <= 2;

-- ranks rows that carry their window, one ranking for each item, and drops what comes after it closed
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `item`,
  `n`,
  `window_start`,
  `window_end`,
  `window_time`
FROM (
SELECT
  `item`,
  `n`,
  `window_start`,
  `window_end`,
  `window_time`,
  ROW_NUMBER() OVER (PARTITION BY `window_start`, `window_end`, `item` ORDER BY `n` DESC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` = 1;

-- a row counts in every hopping window that has not fired
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`
FROM (
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  ROW_NUMBER() OVER (PARTITION BY `window_start`, `window_end` ORDER BY `v` DESC) AS `row_number`
FROM TABLE(HOP(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.02' SECOND))
) AS `numbered`
WHERE `row_number` = 1;

-- cumulating windows rank all rows so far at every step
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`
FROM (
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  ROW_NUMBER() OVER (PARTITION BY `window_start`, `window_end` ORDER BY `v` DESC) AS `row_number`
FROM TABLE(CUMULATE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.002' SECOND, INTERVAL '0.006' SECOND))
) AS `numbered`
WHERE `row_number` = 1;

-- an unknown value ranks last when the best comes first
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  `rank`
FROM (
SELECT
  `ts`,
  `item`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  ROW_NUMBER() OVER (PARTITION BY `window_start`, `window_end` ORDER BY `v` DESC) AS `rank`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
) AS `numbered`
WHERE `rank` <= 3;
