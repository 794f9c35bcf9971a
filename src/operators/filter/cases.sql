-- keeps rows for which the condition is true, and drops false and unknown alike
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM `in`
WHERE `v` > 1;

-- passes updates and deletes on with their kinds
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM `in`
WHERE `key` <> 'b';

-- gives nothing when no row fits
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM `in`
WHERE FALSE;
