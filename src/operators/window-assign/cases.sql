-- gives a row its tumbling window; its time is a plain timestamp from then on (WIN-1)
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.003' SECOND));

-- gives a row once for each hopping window it is in, also when they have fired
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`
FROM TABLE(HOP(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND, INTERVAL '0.02' SECOND));

-- gives a row to every later step of a cumulating window, and keeps the kinds of changes
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`
FROM TABLE(CUMULATE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.002' SECOND, INTERVAL '0.006' SECOND));

-- a row without a time is in no window
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `ts`,
  `v`,
  `window_start`,
  `window_end`,
  `window_time`
FROM TABLE(TUMBLE(TABLE `in`, DESCRIPTOR(`ts`), INTERVAL '0.01' SECOND));
