-- Job: Earthquakes per day
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   quakes: noted difference. The rows come from a sample that ships with Millrace; the script reads them as JSON from the Kafka topic "quakes". Set "On Flink" to read them elsewhere.
--   felt: same meaning
--   per-day: same meaning
--   days: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--   late: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Earthquakes per day';
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '2';
SET 'pipeline.max-parallelism' = '128';
SET 'table.local-time-zone' = 'UTC';
SET 'pipeline.auto-watermark-interval' = '0 ms';
SET 'table.exec.mini-batch.enabled' = 'false';
SET 'table.optimizer.reuse-optimize-block-with-digest-enabled' = 'true';

-- quakes  Earthquakes
CREATE TEMPORARY TABLE `quakes` (
  `occurred` TIMESTAMP(3),
  `updated` TIMESTAMP(3),
  `id` STRING,
  `magnitude` DOUBLE,
  `magnitude_type` STRING,
  `depth_km` DOUBLE,
  `longitude` DOUBLE,
  `latitude` DOUBLE,
  `place` STRING,
  `network` STRING,
  `status` STRING,
  `type` STRING,
  WATERMARK FOR `occurred` AS `occurred` - INTERVAL '6' HOUR
) WITH (
  'connector' = 'kafka',
  'topic' = 'quakes',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- felt  Strong enough to feel
CREATE TEMPORARY VIEW `felt` AS
SELECT
  `occurred`,
  `updated`,
  `id`,
  `magnitude`,
  `magnitude_type`,
  `depth_km`,
  `longitude`,
  `latitude`,
  `place`,
  `network`,
  `status`,
  `type`
FROM `quakes`
WHERE `magnitude` >= 2.5 AND `type` = 'earthquake';

-- per-day  Per day
CREATE TEMPORARY VIEW `per-day` AS
SELECT
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `quakes`,
  MAX(`magnitude`) AS `strongest`
FROM TABLE(TUMBLE(TABLE `felt`, DESCRIPTOR(`occurred`), INTERVAL '1' DAY))
GROUP BY `window_start`, `window_end`, `window_time`;

-- per-day  Per day
CREATE TEMPORARY VIEW `per-day.late` AS
SELECT
  `occurred`,
  `updated`,
  `id`,
  `magnitude`,
  `magnitude_type`,
  `depth_km`,
  `longitude`,
  `latitude`,
  `place`,
  `network`,
  `status`,
  `type`
FROM TABLE(TUMBLE(TABLE `felt`, DESCRIPTOR(`occurred`), INTERVAL '1' DAY))
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`);

-- days  Days
CREATE TEMPORARY TABLE `days` (
  `window_start` TIMESTAMP(3) NOT NULL,
  `window_end` TIMESTAMP(3) NOT NULL,
  `window_time` TIMESTAMP(3) NOT NULL,
  `quakes` BIGINT NOT NULL,
  `strongest` DOUBLE
) WITH (
  'connector' = 'print'
);

-- late  Came too late
CREATE TEMPORARY TABLE `late` (
  `occurred` TIMESTAMP(3),
  `updated` TIMESTAMP(3),
  `id` STRING,
  `magnitude` DOUBLE,
  `magnitude_type` STRING,
  `depth_km` DOUBLE,
  `longitude` DOUBLE,
  `latitude` DOUBLE,
  `place` STRING,
  `network` STRING,
  `status` STRING,
  `type` STRING
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- days  Days
INSERT INTO `days`
SELECT
  `window_start`,
  `window_end`,
  `window_time`,
  `quakes`,
  `strongest`
FROM `per-day`;
-- late  Came too late
INSERT INTO `late`
SELECT
  `occurred`,
  CAST(`updated` AS TIMESTAMP(3)) AS `updated`,
  `id`,
  `magnitude`,
  `magnitude_type`,
  `depth_km`,
  `longitude`,
  `latitude`,
  `place`,
  `network`,
  `status`,
  `type`
FROM `per-day.late`;
END;
