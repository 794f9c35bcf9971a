-- a better row comes in and the worst goes out; a tie with the worst changes nothing (TOP-1, no rank)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `item`,
  `price`
FROM (
SELECT
  `item`,
  `price`,
  ROW_NUMBER() OVER (ORDER BY `price` DESC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` <= 2;

-- with a rank column every row whose rank changes is updated (TOP-1, with rank)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `item`,
  `price`,
  `rank`
FROM (
SELECT
  `item`,
  `price`,
  ROW_NUMBER() OVER (ORDER BY `price` DESC) AS `rank`
FROM `in`
) AS `numbered`
WHERE `rank` <= 2;

-- the only row is updated (TOP-1, N = 1)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `item`,
  `price`
FROM (
SELECT
  `item`,
  `price`,
  ROW_NUMBER() OVER (ORDER BY `price` DESC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` = 1;

-- ranks each group by itself, NULL being one of them and the lowest value
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `item`,
  `price`
FROM (
SELECT
  `item`,
  `price`,
  ROW_NUMBER() OVER (PARTITION BY `item` ORDER BY `price` ASC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` <= 2;

-- an update moves a row through the ranks
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `item`,
  `price`,
  `rank`
FROM (
SELECT
  `item`,
  `price`,
  ROW_NUMBER() OVER (ORDER BY `price` DESC) AS `rank`
FROM `in`
) AS `numbered`
WHERE `rank` <= 3;

-- orders by several columns, and event time is event time no longer
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `k`
FROM (
SELECT
  `ts`,
  `k`,
  ROW_NUMBER() OVER (ORDER BY `k` ASC, `ts` DESC) AS `row_number`
FROM `in`
) AS `numbered`
WHERE `row_number` <= 2;
