-- Job: Busy airports
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   flights: noted difference. The rows come from a sample that ships with Millrace; the script reads them as JSON from the Kafka topic "flights". Set "On Flink" to read them elsewhere.
--   landing: same meaning
--   leaving: same meaning
--   both: same meaning
--   last-day: same meaning
--   busy: same meaning
--   airports: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Busy airports';
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '2';
SET 'pipeline.max-parallelism' = '128';
SET 'table.local-time-zone' = 'UTC';
SET 'pipeline.auto-watermark-interval' = '0 ms';
SET 'table.exec.mini-batch.enabled' = 'false';
SET 'table.optimizer.reuse-optimize-block-with-digest-enabled' = 'true';

-- flights  Flights
CREATE TEMPORARY TABLE `flights` (
  `departure` TIMESTAMP(3),
  `origin` STRING,
  `destination` STRING,
  `delay_min` INT,
  WATERMARK FOR `departure` AS `departure`
) WITH (
  'connector' = 'kafka',
  'topic' = 'flights',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- landing  Bound for
CREATE TEMPORARY VIEW `landing` AS
SELECT
  `departure` AS `departure`,
  `destination` AS `airport`,
  `delay_min` AS `delay_min`
FROM `flights`;

-- leaving  Leaving
CREATE TEMPORARY VIEW `leaving` AS
SELECT
  `departure` AS `departure`,
  `origin` AS `airport`,
  `delay_min` AS `delay_min`
FROM `flights`;

-- both  Both
CREATE TEMPORARY VIEW `both` AS
SELECT
  `departure`,
  `airport`,
  `delay_min`
FROM `leaving`
UNION ALL
SELECT
  `departure`,
  `airport`,
  `delay_min`
FROM `landing`;

-- last-day  Last day
CREATE TEMPORARY VIEW `last-day` AS
SELECT
  `airport`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `flights`,
  AVG(`delay_min`) AS `average_delay`
FROM TABLE(HOP(TABLE `both`, DESCRIPTOR(`departure`), INTERVAL '6' HOUR, INTERVAL '1' DAY))
GROUP BY `window_start`, `window_end`, `window_time`, `airport`;

-- busy  Busy
CREATE TEMPORARY VIEW `busy` AS
SELECT
  `airport`,
  `window_start`,
  `window_end`,
  `window_time`,
  `flights`,
  `average_delay`
FROM `last-day`
WHERE `flights` >= 3;

-- airports  Airports
CREATE TEMPORARY TABLE `airports` (
  `airport` STRING,
  `window_start` TIMESTAMP(3) NOT NULL,
  `window_end` TIMESTAMP(3) NOT NULL,
  `window_time` TIMESTAMP(3) NOT NULL,
  `flights` BIGINT NOT NULL,
  `average_delay` INT
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- airports  Airports
INSERT INTO `airports`
SELECT
  `airport`,
  `window_start`,
  `window_end`,
  `window_time`,
  `flights`,
  `average_delay`
FROM `busy`;
END;
