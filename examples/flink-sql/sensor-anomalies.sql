-- Job: Sensor anomalies
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   motes: noted difference. The rows come from a sample that ships with Millrace; the script reads them as JSON from the Kafka topic "motes". Set "On Flink" to read them elsewhere.
--   odd: same meaning
--   so-far: same meaning
--   alarms: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Sensor anomalies';
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '2';
SET 'pipeline.max-parallelism' = '128';
SET 'table.local-time-zone' = 'UTC';
SET 'pipeline.auto-watermark-interval' = '0 ms';
SET 'table.exec.mini-batch.enabled' = 'false';

-- motes  Motes
CREATE TEMPORARY TABLE `motes` (
  `measured` TIMESTAMP(3),
  `mote` INT,
  `indoor` BOOLEAN,
  `humidity` DOUBLE,
  `temperature` DOUBLE,
  `anomaly` BOOLEAN,
  WATERMARK FOR `measured` AS `measured`
) WITH (
  'connector' = 'kafka',
  'topic' = 'motes',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- odd  Odd readings
CREATE TEMPORARY VIEW `odd` AS
SELECT
  `measured`,
  `mote`,
  `indoor`,
  `humidity`,
  `temperature`,
  `anomaly`
FROM `motes`
WHERE `humidity` > 74 OR `temperature` > 31;

-- so-far  So far, each minute
CREATE TEMPORARY VIEW `so-far` AS
SELECT
  `mote`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `alarms`,
  COUNT(*) FILTER (WHERE `anomaly`) AS `labelled`,
  MAX(`temperature`) AS `hottest`
FROM TABLE(CUMULATE(TABLE `odd`, DESCRIPTOR(`measured`), INTERVAL '1' MINUTE, INTERVAL '5' MINUTE))
GROUP BY `window_start`, `window_end`, `window_time`, `mote`;

-- alarms  Alarms
CREATE TEMPORARY TABLE `alarms` (
  `mote` INT,
  `window_start` TIMESTAMP(3) NOT NULL,
  `window_end` TIMESTAMP(3) NOT NULL,
  `window_time` TIMESTAMP(3) NOT NULL,
  `alarms` BIGINT NOT NULL,
  `labelled` BIGINT NOT NULL,
  `hottest` DOUBLE
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- alarms  Alarms
INSERT INTO `alarms`
SELECT
  `mote`,
  `window_start`,
  `window_end`,
  `window_time`,
  `alarms`,
  `labelled`,
  `hottest`
FROM `so-far`;
END;
