-- a left row is padded until its first match comes, and again when its last is gone (RJ-1)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`l` AS `l`,
  `r`.`id` AS `id0`,
  `r`.`r` AS `r`
FROM `left` AS `l`
LEFT JOIN `right` AS `r`
ON `l`.`id` = `r`.`id`;

-- an inner join pairs every row with every other of its key, whichever came first
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`l` AS `l`,
  `r`.`id` AS `id0`,
  `r`.`r` AS `r`
FROM `left` AS `l`
INNER JOIN `right` AS `r`
ON `l`.`id` = `r`.`id`;

-- a full join pads both sides; rows with NULL in their key never match and stay padded
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`l` AS `l`,
  `r`.`id` AS `id0`,
  `r`.`r` AS `r`
FROM `left` AS `l`
FULL JOIN `right` AS `r`
ON `l`.`id` = `r`.`id`;

-- a right join pads the right side
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`l` AS `l`,
  `r`.`id` AS `id0`,
  `r`.`r` AS `r`
FROM `left` AS `l`
RIGHT JOIN `right` AS `r`
ON `l`.`id` = `r`.`id`;

-- a semi join gives a left row once, while it has a match
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id`,
  `l`.`l`
FROM `left` AS `l`
WHERE EXISTS (
SELECT 1
FROM `right` AS `r`
WHERE `l`.`id` = `r`.`id`
);

-- an anti join gives a left row while it has none
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id`,
  `l`.`l`
FROM `left` AS `l`
WHERE NOT EXISTS (
SELECT 1
FROM `right` AS `r`
WHERE `l`.`id` = `r`.`id`
);

-- a pair counts only where the condition holds
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`l` || COALESCE(`r`.`r`, '-') AS `text`
FROM `left` AS `l`
LEFT JOIN `right` AS `r`
ON `l`.`id` = `r`.`id` AND (`l`.`l` < `r`.`r`);

-- without equal columns every row meets every other
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`id` AS `id`,
  `l`.`l` AS `l`,
  `r`.`id` AS `id0`,
  `r`.`r` AS `r`
FROM `left` AS `l`
INNER JOIN `right` AS `r`
ON (`l`.`id` < `r`.`id`);
