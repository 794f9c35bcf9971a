-- keeps the last row of each key and corrects it at once, ties going to the later arrival (DD-1)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM (
SELECT
  `ts`,
  `key`,
  `v`,
  ROW_NUMBER() OVER (PARTITION BY `key` ORDER BY `ts` DESC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` = 1;

-- keeps the first row once the watermark has reached it; a row behind the watermark is late (DD-3) (Flink 1.20)
-- noted: Flink 1.20 gives the first row of a key at once and corrects it when an earlier one comes, late rows included; here, as from Flink 2.1 on, it waits for the watermark and is final.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM (
SELECT
  `ts`,
  `key`,
  `v`,
  ROW_NUMBER() OVER (PARTITION BY `key` ORDER BY `ts` ASC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` = 1;

-- keeps the first row once the watermark has reached it; a row behind the watermark is late (DD-3) (Flink 2.2)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM (
SELECT
  `ts`,
  `key`,
  `v`,
  ROW_NUMBER() OVER (PARTITION BY `key` ORDER BY `ts` ASC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` = 1;

-- keeps the first to arrive in processing time
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `v`,
  `p`
FROM (
SELECT
  `key`,
  `v`,
  `p`,
  ROW_NUMBER() OVER (PARTITION BY `key` ORDER BY `p` ASC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` = 1;

-- keeps the last to arrive in processing time, and says nothing when it is the same
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `v`,
  `p`
FROM (
SELECT
  `key`,
  `v`,
  `p`,
  ROW_NUMBER() OVER (PARTITION BY `key` ORDER BY `p` DESC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` = 1;

-- without keys keeps one row in all (Flink 1.20)
-- noted: Flink 1.20 gives the first row of a key at once and corrects it when an earlier one comes, late rows included; here, as from Flink 2.1 on, it waits for the watermark and is final.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM (
SELECT
  `ts`,
  `key`,
  `v`,
  ROW_NUMBER() OVER (ORDER BY `ts` ASC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` = 1;

-- without keys keeps one row in all (Flink 2.2)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM (
SELECT
  `ts`,
  `key`,
  `v`,
  ROW_NUMBER() OVER (ORDER BY `ts` ASC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` = 1;
