-- sums per key in tumbling windows, drops the late row, and closes what is open at the end (WIN-2)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '10' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;
CREATE TEMPORARY VIEW `op.late` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '10' SECOND))
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`);

-- takes a row behind the watermark as long as its window is open, to the millisecond
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`;
CREATE TEMPORARY VIEW `op.late` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`);

-- counts a row of a fired slice in the hopping windows that are still open (WIN-3)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(HOP(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.02' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`;
CREATE TEMPORARY VIEW `op.late` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM TABLE(HOP(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.02' SECOND))
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`) AND `ts` <= `window_time` - INTERVAL '0.01' SECOND;

-- merges the slices of a hopping window by key, in order of first appearance
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `n`,
  SUM(`v`) AS `total`
FROM TABLE(HOP(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.03' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- gives a cumulating result at every step after the first row of a key, with or without new rows (WIN-4)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(CUMULATE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.002' SECOND, INTERVAL '0.006' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- adds a row of a fired step to the steps that are still to come
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(CUMULATE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.002' SECOND, INTERVAL '0.006' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`;
CREATE TEMPORARY VIEW `op.late` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM TABLE(CUMULATE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.002' SECOND, INTERVAL '0.006' SECOND))
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`) AND `window_end` = `window_start` + INTERVAL '0.006' SECOND;

-- keeps rows exactly one gap apart in one session, and parts them beyond (WIN-5)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(SESSION(TABLE `in` PARTITION BY `key`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- parts sessions by all the columns of the group, NULL being a value of each
-- same meaning
CREATE TEMPORARY VIEW `op.keyed` AS
SELECT
  `ts`,
  `key`,
  `v`,
  CAST(ROW(`key`, `v`) AS ROW<`key` STRING, `v` BIGINT>) AS `session_key`
FROM `in`;
CREATE TEMPORARY VIEW `op` AS
SELECT
  `sessions`.`session_key`.`key` AS `key`,
  `sessions`.`session_key`.`v` AS `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  `n`,
  `total`
FROM (
SELECT
  `session_key`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `n`,
  SUM(`v`) AS `total`
FROM TABLE(SESSION(TABLE `op.keyed` PARTITION BY `session_key`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `session_key`
) AS `sessions`;

-- takes a row behind the watermark when the session it is in ends after it (WIN-5)
-- noted: Flink SQL cannot tell the late rows of sessions: this view has each row whose session, were it alone, has closed, also where it still joins an open one.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(SESSION(TABLE `in` PARTITION BY `key`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;
CREATE TEMPORARY VIEW `op.late` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM `in`
WHERE `ts` + INTERVAL '0.009' SECOND <= CURRENT_WATERMARK(`ts`);

-- makes one session of two when a row closes the gap between them
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `n`,
  MIN(`v`) AS `low`,
  COUNT(DISTINCT `v`) AS `kinds`
FROM TABLE(SESSION(TABLE `in` PARTITION BY `key`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- reopens a key after its session has ended
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(SESSION(TABLE `in` PARTITION BY `key`, DESCRIPTOR(`ts`), INTERVAL '0.005' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- treats NULL keys as one group, and passes over NULL values
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`,
  COUNT(`v`) AS `n`,
  COUNT(*) AS `rows`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- wraps a BIGINT sum silently
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`;

-- groups by wide BIGINT keys without mixing neighbours
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `n`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `v`;

-- cuts time before 1970 like time after it (WIN-1)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.003' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`;

-- takes a negative offset (WIN-1)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '10' MINUTE, INTERVAL '-4' MINUTE))
GROUP BY `window_start`, `window_end`, `window_time`;

-- gives the distinct groups when there are no aggregates
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`, `v`;

-- computes with results and group columns
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) / COUNT(*) AS `mean`,
  COUNT(*) FILTER (WHERE MOD(`v`, 2) = 1) AS `odd`,
  MAX(`v` * 10) AS `v`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- aggregates several grouping sets at once, with NULL for columns that a set leaves out
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `n`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, GROUPING SETS ((`key`, `v`), (`key`), ());
CREATE TEMPORARY VIEW `op.late` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`);

-- groups by the windows that rows carry (cascade)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  MAX(`n`) AS `peak`
FROM `in`
GROUP BY `window_start`, `window_end`, `window_time`, `key`;
CREATE TEMPORARY VIEW `op.late` AS
SELECT
  `key`,
  `id`,
  `window_start`,
  `window_end`,
  `window_time`,
  `n`
FROM `in`
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`);

-- corrects a result for rows within the allowed lateness, and drops later ones (WIN-6)
-- not exportable: Flink SQL has no allowed lateness for windows of table functions. Raise the watermark delay at the source by as much, and remove it here.

-- aligns windows over TIMESTAMP_LTZ in the session time zone
-- noted: Windows over TIMESTAMP_LTZ are aligned in Asia/Tokyo. Where its offset is no multiple of the window size, Flink can lose a window: its buffer is emptied at ends aligned in UTC, and by then the window counts as fired. Use TIMESTAMP, or the time zone UTC.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `n`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '1' DAY))
GROUP BY `window_start`, `window_end`, `window_time`;

-- puts both passes of a repeated hour into one window, and fires it after the second
-- noted: Windows over TIMESTAMP_LTZ are aligned in America/Los_Angeles. Where its offset is no multiple of the window size, Flink can lose a window: its buffer is emptied at ends aligned in UTC, and by then the window counts as fired. Use TIMESTAMP, or the time zone UTC.
CREATE TEMPORARY VIEW `op` AS
SELECT
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `n`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '1' HOUR))
GROUP BY `window_start`, `window_end`, `window_time`;
CREATE TEMPORARY VIEW `op.late` AS
SELECT
  `ts`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '1' HOUR))
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`);

-- windows processing time by the clock, and leaves open windows open at the end
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `n`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`p`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- ends processing-time sessions by the clock
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `n`
FROM TABLE(SESSION(TABLE `in` PARTITION BY `key`, DESCRIPTOR(`p`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- changes count in the windows of their own times, and a group that is left without rows gives no result
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`,
  COUNT(*) AS `n`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;
CREATE TEMPORARY VIEW `op.late` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`);

-- a row that is taken back leaves those hopping windows that have not fired
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`,
  MIN(`v`) AS `least`,
  COUNT(DISTINCT `v`) AS `values`
FROM TABLE(HOP(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.02' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;
CREATE TEMPORARY VIEW `op.late` AS
SELECT
  `ts`,
  `key`,
  `v`
FROM TABLE(HOP(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.02' SECOND))
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`) AND `ts` <= `window_time` - INTERVAL '0.01' SECOND;

-- a cumulating result goes down when rows are taken back, and pauses while its group has none
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  MAX(`v`) AS `most`,
  SUM(`v`) AS `total`
FROM TABLE(CUMULATE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.002' SECOND, INTERVAL '0.006' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- a session keeps the extent that a row gave it when that row is taken back
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`,
  COUNT(*) AS `n`
FROM TABLE(SESSION(TABLE `in` PARTITION BY `key`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- what only takes rows back gives a result of fewer than none, as on Flink
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `n`,
  SUM(`v`) AS `total`,
  MAX(`v`) AS `most`,
  AVG(`v`) AS `mean`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `key`;

-- grouping sets lose and keep groups each by their own rows
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `key`,
  `window_start`,
  `window_end`,
  `window_time`,
  SUM(`v`) AS `total`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, GROUPING SETS ((`key`), ());
