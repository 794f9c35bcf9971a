-- reads the table first: rows that come before wait, in order
-- noted: Written as a regular join, because there is no processing-time attribute to look up by: the same rows in the end, but both sides are kept for ever, event time ends here, and rows that come before their entry are corrected.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`ts` AS `ts`,
  `l`.`id` AS `id`,
  `r`.`name` AS `name`
FROM (
SELECT
  CAST(`ts` AS TIMESTAMP(3)) AS `ts`,
  `id`
FROM `left`
) AS `l`
LEFT JOIN `right` AS `r`
ON `l`.`id` = `r`.`id`;

-- an inner join drops rows that are not in the table, and gives a row once for each entry
-- noted: Written as a regular join, because there is no processing-time attribute to look up by: the same rows in the end, but both sides are kept for ever, event time ends here, and rows that come before their entry are corrected.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`ts` AS `ts`,
  `l`.`id` AS `id`,
  `r`.`id` AS `id0`,
  `r`.`name` AS `name`
FROM (
SELECT
  CAST(`ts` AS TIMESTAMP(3)) AS `ts`,
  `id`
FROM `left`
) AS `l`
INNER JOIN `right` AS `r`
ON `l`.`id` = `r`.`id`;

-- an entry counts only where the condition holds
-- noted: Written as a regular join, because there is no processing-time attribute to look up by: the same rows in the end, but both sides are kept for ever, event time ends here, and rows that come before their entry are corrected.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`ts` AS `ts`,
  `l`.`id` AS `id`,
  `r`.`name` AS `name`
FROM (
SELECT
  CAST(`ts` AS TIMESTAMP(3)) AS `ts`,
  `id`
FROM `left`
) AS `l`
LEFT JOIN `right` AS `r`
ON `l`.`id` = `r`.`id` AND (`r`.`name` <> 'uno');
