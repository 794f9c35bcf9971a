-- keeps the last row of each key, of equal times the later arrival (WDD-1, last)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`
FROM (
SELECT
  `ts`,
  `key`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  ROW_NUMBER() OVER (PARTITION BY `window_start`, `window_end`, `key` ORDER BY `ts` DESC) AS `row_number`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
) AS `numbered`
WHERE `row_number` = 1;

-- keeps the first row of each key, of equal times the earlier arrival (WDD-1, first)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`
FROM (
SELECT
  `ts`,
  `key`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  ROW_NUMBER() OVER (PARTITION BY `window_start`, `window_end`, `key` ORDER BY `ts` ASC) AS `row_number`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
) AS `numbered`
WHERE `row_number` = 1;

-- takes the windows that rows carry
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `window_start`,
  `window_end`,
  `window_time`
FROM (
SELECT
  `ts`,
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  ROW_NUMBER() OVER (PARTITION BY `window_start`, `window_end`, `key` ORDER BY `ts` DESC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` = 1;
