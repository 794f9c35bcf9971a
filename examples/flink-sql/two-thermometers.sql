-- Job: Two thermometers
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   cellar: noted difference. The rows come from a seeded generator of Millrace; the script reads them as JSON from the Kafka topic "cellar". Set "On Flink" to read them elsewhere.
--   kitchen: noted difference. The rows come from a seeded generator of Millrace; the script reads them as JSON from the Kafka topic "kitchen". Set "On Flink" to read them elsewhere.
--   all: same meaning
--   per-minute: same meaning
--   averages: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Two thermometers';
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '2';
SET 'pipeline.max-parallelism' = '128';
SET 'table.local-time-zone' = 'UTC';
SET 'pipeline.auto-watermark-interval' = '0 ms';
SET 'table.exec.mini-batch.enabled' = 'false';

-- cellar  Cellar
CREATE TEMPORARY TABLE `cellar` (
  `sensor` STRING,
  `at` TIMESTAMP(3),
  `celsius` DOUBLE,
  WATERMARK FOR `at` AS `at` - INTERVAL '3' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'cellar',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event',
  'scan.watermark.idle-timeout' = '10000 ms'
);

-- kitchen  Kitchen
CREATE TEMPORARY TABLE `kitchen` (
  `sensor` STRING,
  `at` TIMESTAMP(3),
  `celsius` DOUBLE,
  WATERMARK FOR `at` AS `at` - INTERVAL '3' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'kitchen',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event',
  'scan.watermark.idle-timeout' = '10000 ms'
);

-- all  All readings
CREATE TEMPORARY VIEW `all` AS
SELECT
  `sensor`,
  `at`,
  `celsius`
FROM `kitchen`
UNION ALL
SELECT
  `sensor`,
  `at`,
  `celsius`
FROM `cellar`;

-- per-minute  Per minute
CREATE TEMPORARY VIEW `per-minute` AS
SELECT
  `sensor`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(`celsius`) AS `readings`,
  AVG(`celsius`) AS `average`,
  COUNT(*) - COUNT(`celsius`) AS `missing`
FROM TABLE(TUMBLE(TABLE `all`, DESCRIPTOR(`at`), INTERVAL '1' MINUTE))
GROUP BY `window_start`, `window_end`, `window_time`, `sensor`;

-- averages  Averages
CREATE TEMPORARY TABLE `averages` (
  `sensor` STRING,
  `window_start` TIMESTAMP(3) NOT NULL,
  `window_end` TIMESTAMP(3) NOT NULL,
  `window_time` TIMESTAMP(3) NOT NULL,
  `readings` BIGINT NOT NULL,
  `average` DOUBLE,
  `missing` BIGINT NOT NULL
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- averages  Averages
INSERT INTO `averages`
SELECT
  `sensor`,
  `window_start`,
  `window_end`,
  `window_time`,
  `readings`,
  `average`,
  `missing`
FROM `per-minute`;
END;
