-- puts rows together under the names of the first input, and keeps duplicates and kinds
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM `in_0`
UNION ALL
SELECT
  `at` AS `ts`,
  `name` AS `key`,
  `amount` AS `v`
FROM `in_1`;

-- turns a time attribute that only one input has into a plain timestamp
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`
FROM `in_0`
UNION ALL
SELECT
  `ts`
FROM `in_1`;
