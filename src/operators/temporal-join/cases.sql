-- gives each row the version that was true at its time; a deleted one is none (TJ-1, left)
-- noted: Flink keeps the newest version of a key in this view: one that comes behind a newer one is none there, and holds here from its own time on.
-- noted: The right side brings updates; the script takes its rows as versions by their time, and a delete, which has none, is not seen. Declare the table with a primary key on Flink instead.
CREATE TEMPORARY VIEW `op.versions` AS
SELECT
  `since`,
  `currency`,
  `rate`
FROM (
SELECT
  `since`,
  `currency`,
  `rate`,
  ROW_NUMBER() OVER (PARTITION BY `currency` ORDER BY `since` DESC) AS `row_number`
FROM `right`
) AS `numbered`
WHERE `row_number` = 1;
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`ts` AS `ts`,
  `l`.`amount` AS `amount`,
  `r`.`rate` AS `rate`
FROM `left` AS `l`
LEFT JOIN `op.versions` FOR SYSTEM_TIME AS OF `l`.`ts` AS `r`
ON `l`.`currency` = `r`.`currency`;

-- an inner join leaves out rows without a version (TJ-1, inner)
-- noted: Flink keeps the newest version of a key in this view: one that comes behind a newer one is none there, and holds here from its own time on.
-- noted: The right side brings updates; the script takes its rows as versions by their time, and a delete, which has none, is not seen. Declare the table with a primary key on Flink instead.
CREATE TEMPORARY VIEW `op.versions` AS
SELECT
  `since`,
  `currency`,
  `rate`
FROM (
SELECT
  `since`,
  `currency`,
  `rate`,
  ROW_NUMBER() OVER (PARTITION BY `currency` ORDER BY `since` DESC) AS `row_number`
FROM `right`
) AS `numbered`
WHERE `row_number` = 1;
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`ts` AS `ts`,
  `l`.`amount` AS `amount`,
  `r`.`rate` AS `rate`
FROM `left` AS `l`
INNER JOIN `op.versions` FOR SYSTEM_TIME AS OF `l`.`ts` AS `r`
ON `l`.`currency` = `r`.`currency`;

-- rows wait for the watermark, in order of arrival, and versions may come after them
-- noted: Flink keeps the newest version of a key in this view: one that comes behind a newer one is none there, and holds here from its own time on.
CREATE TEMPORARY VIEW `op.versions` AS
SELECT
  `since`,
  `currency`,
  `rate`
FROM (
SELECT
  `since`,
  `currency`,
  `rate`,
  ROW_NUMBER() OVER (PARTITION BY `currency` ORDER BY `since` DESC) AS `row_number`
FROM `right`
) AS `numbered`
WHERE `row_number` = 1;
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`ts` AS `ts`,
  `l`.`currency` AS `currency`,
  `l`.`amount` AS `amount`,
  `r`.`since` AS `since`,
  `r`.`currency` AS `currency0`,
  `r`.`rate` AS `rate`
FROM `left` AS `l`
LEFT JOIN `op.versions` FOR SYSTEM_TIME AS OF `l`.`ts` AS `r`
ON `l`.`currency` = `r`.`currency`;

-- of versions at one time the last holds, and NULL is a key like any other
-- noted: Flink keeps the newest version of a key in this view: one that comes behind a newer one is none there, and holds here from its own time on.
CREATE TEMPORARY VIEW `op.versions` AS
SELECT
  `since`,
  `currency`,
  `rate`
FROM (
SELECT
  `since`,
  `currency`,
  `rate`,
  ROW_NUMBER() OVER (PARTITION BY `currency` ORDER BY `since` DESC) AS `row_number`
FROM `right`
) AS `numbered`
WHERE `row_number` = 1;
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`ts` AS `ts`,
  `l`.`amount` AS `amount`,
  `r`.`rate` AS `rate`
FROM `left` AS `l`
LEFT JOIN `op.versions` FOR SYSTEM_TIME AS OF `l`.`ts` AS `r`
ON `l`.`currency` = `r`.`currency`;

-- a version for which the condition does not hold is none
-- noted: Flink keeps the newest version of a key in this view: one that comes behind a newer one is none there, and holds here from its own time on.
CREATE TEMPORARY VIEW `op.versions` AS
SELECT
  `since`,
  `currency`,
  `rate`
FROM (
SELECT
  `since`,
  `currency`,
  `rate`,
  ROW_NUMBER() OVER (PARTITION BY `currency` ORDER BY `since` DESC) AS `row_number`
FROM `right`
) AS `numbered`
WHERE `row_number` = 1;
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`ts` AS `ts`,
  `l`.`amount` AS `amount`,
  `r`.`rate` AS `rate`
FROM `left` AS `l`
LEFT JOIN `op.versions` FOR SYSTEM_TIME AS OF `l`.`ts` AS `r`
ON `l`.`currency` = `r`.`currency` AND (`l`.`amount` < `r`.`rate`);
