-- every row updates the result of its group (GA-1)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  SUM(`v`) AS `total`
FROM `in`
GROUP BY `k`;

-- a row that changes nothing says nothing (GA-2)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  MAX(`v`) AS `most`
FROM `in`
GROUP BY `k`;

-- groups take turns within a batch, NULL being one of them
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  COUNT(*) AS `n`,
  COUNT(`v`) AS `known`
FROM `in`
GROUP BY `k`;

-- the greatest value goes back when it is taken back, and so does a distinct one
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  MAX(`v`) AS `most`,
  COUNT(DISTINCT `v`) AS `different`
FROM `in`
GROUP BY `k`;

-- without a group all rows have one result, which comes with the first of them
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  SUM(`v`) / COUNT(*) AS `average`
FROM `in`;

-- gives nothing for no rows, also without a group
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  COUNT(*) AS `n`
FROM `in`;

-- without aggregates gives each group once
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`
FROM `in`
GROUP BY `k`;

-- grouping sets give a result for each set, with NULL for what it leaves out
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  SUM(`v`) AS `total`
FROM `in`
GROUP BY GROUPING SETS ((`k`), ());

-- aggregates take only the rows of their filter
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  COUNT(*) FILTER (WHERE `v` > 5) AS `high`
FROM `in`
GROUP BY `k`;
