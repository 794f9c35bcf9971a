-- pairs rows within the bounds, edges included, and gives a left row without a match when it can have none any more (IJ-1)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`k` AS `k`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`k` AS `k0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`
FROM `left` AS `l`
LEFT JOIN `right` AS `r`
ON `l`.`k` = `r`.`k` AND `r`.`ts` BETWEEN `l`.`ts` - INTERVAL '0.002' SECOND AND `l`.`ts` + INTERVAL '0.005' SECOND;

-- joins on arrival, whatever side comes first, and multiplies duplicates
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`k` AS `k`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`k` AS `k0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`
FROM `left` AS `l`
INNER JOIN `right` AS `r`
ON `l`.`k` = `r`.`k` AND `r`.`ts` BETWEEN `l`.`ts` - INTERVAL '0.002' SECOND AND `l`.`ts` + INTERVAL '0.005' SECOND;

-- never pairs NULL keys, and gives them alone where their side is outer
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`k` AS `k`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`k` AS `k0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`
FROM `left` AS `l`
FULL JOIN `right` AS `r`
ON `l`.`k` = `r`.`k` AND `r`.`ts` BETWEEN `l`.`ts` - INTERVAL '0.002' SECOND AND `l`.`ts` + INTERVAL '0.005' SECOND;

-- gives unmatched rows of the right side at their own time
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`k` AS `k`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`k` AS `k0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`
FROM `left` AS `l`
RIGHT JOIN `right` AS `r`
ON `l`.`k` = `r`.`k` AND `r`.`ts` BETWEEN `l`.`ts` - INTERVAL '0.002' SECOND AND `l`.`ts` + INTERVAL '0.005' SECOND;

-- counts only pairs that meet the condition as matches
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`k` AS `k`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`k` AS `k0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`
FROM `left` AS `l`
FULL JOIN `right` AS `r`
ON `l`.`k` = `r`.`k` AND `r`.`ts` BETWEEN `l`.`ts` - INTERVAL '0.002' SECOND AND `l`.`ts` + INTERVAL '0.005' SECOND AND (`l`.`a` <> 'no' AND `r`.`b` = 'yes');

-- computes its output columns from both rows, keeping bare time attributes
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `r`.`ts` AS `at`,
  COALESCE(`r`.`b`, `l`.`a`) AS `both`,
  `l`.`k` + `r`.`k` AS `d`
FROM `left` AS `l`
LEFT JOIN `right` AS `r`
ON `l`.`k` = `r`.`k` AND `r`.`ts` BETWEEN `l`.`ts` - INTERVAL '0.002' SECOND AND `l`.`ts` + INTERVAL '0.005' SECOND;

-- pairs every row with every other when no columns are equal
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`k` AS `k`,
  `l`.`ts` AS `ts`,
  `l`.`a` AS `a`,
  `r`.`k` AS `k0`,
  `r`.`ts` AS `ts0`,
  `r`.`b` AS `b`
FROM `left` AS `l`
INNER JOIN `right` AS `r`
ON `r`.`ts` BETWEEN `l`.`ts` - INTERVAL '0.002' SECOND AND `l`.`ts` + INTERVAL '0.005' SECOND;

-- joins in processing time by when rows arrive
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `l`.`k` AS `k`,
  `l`.`p` AS `p`,
  `r`.`k` AS `k0`,
  `r`.`p` AS `p0`
FROM `left` AS `l`
LEFT JOIN `right` AS `r`
ON `l`.`k` = `r`.`k` AND `r`.`p` BETWEEN `l`.`p` AND `l`.`p` + INTERVAL '0.01' SECOND;
