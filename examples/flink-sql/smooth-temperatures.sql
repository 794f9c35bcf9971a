-- Job: Smooth temperatures
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   motes: noted difference. The rows come from a sample that ships with Millrace; the script reads them as JSON from the Kafka topic "motes". Set "On Flink" to read them elsewhere.
--   smooth: same meaning
--   curve: noted difference. The chart becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Smooth temperatures';
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

-- smooth  Last 10 minutes
CREATE TEMPORARY VIEW `smooth` AS
SELECT
  `measured`,
  `mote`,
  `indoor`,
  `humidity`,
  `temperature`,
  `anomaly`,
  `over_0` AS `smoothed`,
  `over_1` AS `readings`
FROM (
SELECT
  `measured`,
  `mote`,
  `indoor`,
  `humidity`,
  `temperature`,
  `anomaly`,
  AVG(`temperature`) OVER (PARTITION BY `mote` ORDER BY `measured` ASC RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW) AS `over_0`,
  COUNT(*) OVER (PARTITION BY `mote` ORDER BY `measured` ASC RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW) AS `over_1`
FROM `motes`
) AS `placed`;

-- curve  Curve
CREATE TEMPORARY TABLE `curve` (
  `measured` TIMESTAMP(3),
  `mote` INT,
  `indoor` BOOLEAN,
  `humidity` DOUBLE,
  `temperature` DOUBLE,
  `anomaly` BOOLEAN,
  `smoothed` DOUBLE,
  `readings` BIGINT NOT NULL
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- curve  Curve
INSERT INTO `curve`
SELECT
  `measured`,
  `mote`,
  `indoor`,
  `humidity`,
  `temperature`,
  `anomaly`,
  `smoothed`,
  `readings`
FROM `smooth`;
END;
