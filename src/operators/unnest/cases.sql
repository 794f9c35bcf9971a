-- makes a row of each element of an array; an empty one and NULL give none
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `t`.`id`,
  `t`.`tags`,
  `u`.`tag`
FROM `in` AS `t`
CROSS JOIN UNNEST(`t`.`tags`) AS `u` (`tag`);

-- keeps rows without elements, with NULLs
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `t`.`id`,
  `t`.`tags`,
  `u`.`tag`
FROM `in` AS `t`
LEFT JOIN UNNEST(`t`.`tags`) AS `u` (`tag`)
ON TRUE;

-- gives key and value of a map
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `t`.`id`,
  `t`.`counts`,
  `u`.`word`,
  `u`.`n`
FROM `in` AS `t`
CROSS JOIN UNNEST(`t`.`counts`) AS `u` (`word`, `n`);

-- gives the fields of rows apart
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `t`.`id`,
  `t`.`items`,
  `u`.`sku`,
  `u`.`amount`
FROM `in` AS `t`
CROSS JOIN UNNEST(`t`.`items`) AS `u` (`sku`, `amount`);

-- takes a collection that is computed, and casts its elements
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `t`.`id`,
  `t`.`numbers`,
  CAST(`u`.`n` AS INT) AS `n`
FROM (
SELECT
  `id`,
  `numbers`,
  SPLIT(`numbers`, ';') AS `collection`
FROM `in`
) AS `t`
CROSS JOIN UNNEST(`t`.`collection`) AS `u` (`n`);

-- tells the position of an element (Flink 1.20)
-- not exportable: Flink 1.20 has no WITH ORDINALITY. Leave the position column out, or export for Flink 2.2.

-- tells the position of an element (Flink 2.2)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `t`.`id`,
  `t`.`tags`,
  `u`.`tag`,
  `u`.`at`
FROM `in` AS `t`
CROSS JOIN UNNEST(`t`.`tags`) WITH ORDINALITY AS `u` (`tag`, `at`);

-- rows keep their time
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `t`.`vs`,
  `t`.`ts`,
  `u`.`v`
FROM `in` AS `t`
CROSS JOIN UNNEST(`t`.`vs`) AS `u` (`v`);
