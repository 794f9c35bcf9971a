-- rows that follow each other in a pattern give one row, for each key by itself
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `from_price`,
  `lowest`,
  `last_low`,
  `rows_low`,
  `to_price`
FROM `in`
MATCH_RECOGNIZE (
PARTITION BY `k`
ORDER BY `ts` ASC
MEASURES
  `A`.`price` AS `from_price`,
  MIN(`B`.`price`) AS `lowest`,
  LAST(`B`.`price`) AS `last_low`,
  COUNT(`B`.`price`) AS `rows_low`,
  `C`.`price` AS `to_price`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`+ `C`)
DEFINE
  `B` AS `price` < LAST(`A`.`price`),
  `C` AS `C`.`price` >= `A`.`price`
) AS `matched`;

-- another row in between ends what has begun
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B` `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- a variable without a condition takes every row
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `X` `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- * takes none or many
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`* `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- ? takes none or one
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`? `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- {n} takes so many
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`{2} `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- {n,} takes so many or more
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`{2,} `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- {n,m} takes from so many to so many
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`{1, 2} `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- {0,m} takes none to so many
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`{0, 2} `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- a greedy variable does not give back what it could take
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`+ `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b', 'c'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- a reluctant variable stops where the next one can take the row
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`+? `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b', 'c'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- reluctant *? takes none where it can
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`*? `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b', 'c'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- at the end a reluctant variable takes as few as it needs
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`{2,}?)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b')
) AS `matched`;

-- at the end ? takes nothing, and the match is whole
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`?)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b')
) AS `matched`;

-- behind SKIP TO NEXT ROW both ends of ? are found once
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP TO NEXT ROW
PATTERN (`A` `B`?)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b')
) AS `matched`;

-- a range at the end that is reluctant
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`{1, 3}?)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b')
) AS `matched`;

-- a greedy variable first
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A`+ `B`)
DEFINE
  `A` AS `c` IN ('a', 'b'),
  `B` AS `c` IN ('b')
) AS `matched`;

-- a greedy variable first, told apart
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A`+ `B`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b')
) AS `matched`;

-- an optional variable first
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A`? `B` `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- a greedy variable before an optional end is asked whether it takes the row that was just taken
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`* `C`{0, 2}?)
DEFINE
  `A` AS `c` IN ('a', 'd'),
  `B` AS `c` IN ('b', 'd'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- behind a greedy variable, optional rows in the middle
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`+ `C`{0, 2} `D`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c'),
  `D` AS `c` IN ('d')
) AS `matched`;

-- behind a bounded greedy variable no row is taken that it would take, not even when it has all its rows
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`{1, 2} `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('b', 'c')
) AS `matched`;

-- behind a bounded greedy variable without a condition nothing is ever taken
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`{1, 2} `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- SKIP PAST LAST ROW goes on behind the match
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `A2` `A3`)
DEFINE
  `A` AS `c` IN ('a'),
  `A2` AS `c` IN ('a'),
  `A3` AS `c` IN ('a')
) AS `matched`;

-- SKIP TO NEXT ROW goes on with the second row
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP TO NEXT ROW
PATTERN (`A` `A2` `A3`)
DEFINE
  `A` AS `c` IN ('a'),
  `A2` AS `c` IN ('a'),
  `A3` AS `c` IN ('a')
) AS `matched`;

-- SKIP TO FIRST goes on with the first row of a variable
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP TO FIRST `B`
PATTERN (`A` `B`+ `C`)
DEFINE
  `A` AS `c` IN ('a', 'b'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- SKIP TO LAST goes on with the last row of a variable
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP TO LAST `C`
PATTERN (`A` `B`+ `C`)
DEFINE
  `A` AS `c` IN ('a', 'b', 'c'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- SKIP TO NEXT ROW takes away all that began with the match
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP TO NEXT ROW
PATTERN (`A` `B`+? `C`)
DEFINE
  `A` AS `c` IN ('a', 'b'),
  `B` AS `c` IN ('b', 'c'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- a match that began later waits for one that began before
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `X`+? `C`)
DEFINE
  `A` AS `c` IN ('a'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- within: the last row comes before the time is over
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`+? `C`) WITHIN INTERVAL '4' SECOND
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- within: exactly the time is too long
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B` `C`) WITHIN INTERVAL '2' SECOND
DEFINE
  `A` AS `c` IN ('a'),
  `B` AS `c` IN ('b'),
  `C` AS `c` IN ('c')
) AS `matched`;

-- within: a match that was held back comes out when the earlier one is out of time
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `first_s`,
  `last_s`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`c`) AS `text`,
  EXTRACT(SECOND FROM FIRST(`ts`)) AS `first_s`,
  EXTRACT(SECOND FROM LAST(`ts`)) AS `last_s`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `X`+? `C` `D`) WITHIN INTERVAL '8' SECOND
DEFINE
  `A` AS `c` IN ('a'),
  `C` AS `c` IN ('c'),
  `D` AS `c` IN ('d')
) AS `matched`;

-- a variable without rows gives NULL and counts none, and an expression computes with what there is
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `b`,
  `counted`,
  `summed`,
  `difference`,
  `averaged`,
  `said`
FROM `in`
MATCH_RECOGNIZE (
PARTITION BY `k`
ORDER BY `ts` ASC
MEASURES
  `B`.`price` AS `b`,
  COUNT(`B`.`price`) AS `counted`,
  SUM(`B`.`price`) AS `summed`,
  `C`.`price` - COALESCE(`B`.`price`, `A`.`price`) AS `difference`,
  AVG(`price`) AS `averaged`,
  UPPER(`k`) || CAST(FIRST(`price`) AS STRING) AS `said`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`? `C`)
DEFINE
  `B` AS `price` < 5,
  `C` AS `price` > 10
) AS `matched`;

-- FIRST and LAST count rows of their variable inwards
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `m0`,
  `m1`,
  `m2`,
  `m3`,
  `m4`,
  `m5`,
  `m6`,
  `m7`,
  `m8`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  FIRST(`B`.`price`) AS `m0`,
  FIRST(`B`.`price`, 1) AS `m1`,
  FIRST(`B`.`price`, 3) AS `m2`,
  LAST(`B`.`price`) AS `m3`,
  LAST(`B`.`price`, 1) AS `m4`,
  LAST(`B`.`price`, 2) AS `m5`,
  LAST(`price`, 1) AS `m6`,
  FIRST(`price`, 1) AS `m7`,
  LAST(`B`.`price` * 2 + 1, 1) AS `m8`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`{3} `C`)
DEFINE
  `C` AS `price` = 0
) AS `matched`;

-- a condition looks back at its own rows and at other variables
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `top`,
  `ups`,
  `downs`,
  `e`
FROM `in`
MATCH_RECOGNIZE (
PARTITION BY `k`
ORDER BY `ts` ASC
MEASURES
  LAST(`UP`.`price`) AS `top`,
  COUNT(`UP`.`price`) AS `ups`,
  COUNT(`DOWN`.`price`) AS `downs`,
  `E`.`price` AS `e`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `UP`+ `DOWN`+? `E`)
DEFINE
  `UP` AS `UP`.`price` > COALESCE(LAST(`UP`.`price`, 1), `A`.`price`),
  `DOWN` AS `DOWN`.`price` < LAST(`UP`.`price`) AND COUNT(`DOWN`.`price`) <= 2,
  `E` AS `E`.`price` < FIRST(`UP`.`price`) AND SUM(`E`.`price`) < MAX(`UP`.`price`) + AVG(`DOWN`.`price`)
) AS `matched`;

-- rows are matched in order of time, and those of one time by the further order, then as they came
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC, `price` DESC
MEASURES
  LISTAGG(`k`) AS `text`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B` `C`)
DEFINE
  `A` AS TRUE
) AS `matched`;

-- rows wait for the watermark; one that is behind it is dropped and counted
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `text`,
  `at`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LISTAGG(`k`) AS `text`,
  MATCH_ROWTIME(`ts`) AS `at`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`)
DEFINE
  `A` AS TRUE
) AS `matched`;

-- NULL is a key of its own, and a condition that is NULL takes no row
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `k`,
  `a`,
  `b`
FROM `in`
MATCH_RECOGNIZE (
PARTITION BY `k`
ORDER BY `ts` ASC
MEASURES
  `A`.`price` AS `a`,
  `B`.`price` AS `b`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`)
DEFINE
  `B` AS `price` > `A`.`price`
) AS `matched`;

-- TIMESTAMP_LTZ is event time too
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `at`,
  `k`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  MATCH_ROWTIME(`ts`) AS `at`,
  `B`.`k` AS `k`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`)
DEFINE
  `A` AS TRUE
) AS `matched`;

-- aggregates of many kinds look at the rows of a variable
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `m0`,
  `m1`,
  `m2`,
  `m3`,
  `m4`,
  `m5`,
  `m6`,
  `m7`,
  `m8`,
  `m9`,
  `m10`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  SUM(`A`.`price`) AS `m0`,
  AVG(`A`.`price`) AS `m1`,
  MIN(`A`.`k`) AS `m2`,
  MAX(`A`.`k`) AS `m3`,
  COUNT(`A`.`k`) AS `m4`,
  SUM(`A`.`price` * `A`.`price`) AS `m5`,
  STDDEV_POP(`A`.`price`) AS `m6`,
  FIRST_VALUE(`A`.`k`) AS `m7`,
  LAST_VALUE(`A`.`k`) AS `m8`,
  LISTAGG(`A`.`k`, '-') AS `m9`,
  COUNT(*) AS `m10`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A`+ `B`)
DEFINE
  `A` AS `price` > 0,
  `B` AS `price` = 0
) AS `matched`;

-- names that are words of SQL or no words at all
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `group_by`,
  `from`,
  `to`
FROM `in`
MATCH_RECOGNIZE (
PARTITION BY `group_by`
ORDER BY `time` ASC
MEASURES
  `SELECT`.`order` AS `from`,
  `ä b`.`order` + `Select`.`order` AS `to`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`SELECT` `ä b`+? `Select`)
DEFINE
  `Select` AS `Select`.`order` > `ä b`.`order`
) AS `matched`;

-- a condition may look at a variable that comes later, which has no rows yet
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `one`,
  `text`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  1 AS `one`,
  LISTAGG(`k`) AS `text`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A`{1}? `B`+? `C`)
DEFINE
  `A` AS `C`.`price` IS NULL AND COUNT(`C`.`price`) = 0 AND `A`.`price` > 0,
  `B` AS `B`.`price` > LAST(`B`.`price`, 1) OR LAST(`B`.`price`, 1) IS NULL,
  `C` AS `C`.`price` < `A`.`price`
) AS `matched`;

-- functions look at values of one row, and CASE takes some rows of a variable
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `low`,
  `text`,
  `day`,
  `kind`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  COUNT(CASE WHEN `A`.`price` < 3 THEN 1 END) AS `low`,
  LAST(UPPER(`A`.`k`) || '!', 1) AS `text`,
  DATE_FORMAT(FIRST(`ts`), 'ss') AS `day`,
  CASE WHEN COUNT(`A`.`price`) > 2 THEN 'many' ELSE 'few' END AS `kind`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A`+ `B`)
DEFINE
  `A` AS `price` > 0,
  `B` AS `price` = 0
) AS `matched`;

-- elements of arrays belong to variables too, and a ROW is passed on whole
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `e`,
  `r`
FROM `in`
MATCH_RECOGNIZE (
ORDER BY `ts` ASC
MEASURES
  LAST(`B`.`list`[2]) AS `e`,
  `A`.`r` AS `r`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`A` `B`)
DEFINE
  `B` AS `list`[1] = 7 AND `B`.`list`[2] > `A`.`list`[2]
) AS `matched`;
