-- Job: Ships on the move
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   positions: noted difference. The rows come from a sample that ships with Millrace; the script reads them as JSON from the Kafka topic "positions". Set "On Flink" to read them elsewhere.
--   moving: same meaning
--   ships: noted difference. The rows come from a sample that ships with Millrace; the script reads them as JSON from the Kafka topic "ships". Set "On Flink" to read them elsewhere.
--   named: same meaning
--   per-minute: same meaning
--   speeds: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Ships on the move';
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '2';
SET 'pipeline.max-parallelism' = '128';
SET 'table.local-time-zone' = 'UTC';
SET 'pipeline.auto-watermark-interval' = '0 ms';
SET 'table.exec.mini-batch.enabled' = 'false';

-- positions  Positions
CREATE TEMPORARY TABLE `positions` (
  `received` TIMESTAMP(3),
  `mmsi` BIGINT,
  `longitude` DOUBLE,
  `latitude` DOUBLE,
  `speed_kn` DOUBLE,
  WATERMARK FOR `received` AS `received` - INTERVAL '1' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'positions',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- moving  Under way
CREATE TEMPORARY VIEW `moving` AS
SELECT
  `received`,
  `mmsi`,
  `longitude`,
  `latitude`,
  `speed_kn`
FROM `positions`
WHERE `speed_kn` >= 1;

-- ships  Ships
CREATE TEMPORARY TABLE `ships` (
  `received` TIMESTAMP(3),
  `mmsi` BIGINT,
  `name` STRING,
  `type` STRING,
  `destination` STRING,
  WATERMARK FOR `received` AS `received` - INTERVAL '1' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'ships',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- named  Name them
CREATE TEMPORARY VIEW `named` AS
SELECT
  `l`.`received` AS `received`,
  `r`.`name` AS `name`,
  `r`.`type` AS `type`,
  `r`.`destination` AS `destination`,
  `l`.`speed_kn` AS `speed_kn`
FROM `moving` AS `l`
INNER JOIN `ships` AS `r`
ON `l`.`mmsi` = `r`.`mmsi` AND `r`.`received` BETWEEN `l`.`received` - INTERVAL '6' MINUTE AND `l`.`received`;

-- per-minute  Per minute
CREATE TEMPORARY VIEW `per-minute` AS
SELECT
  `name`,
  `type`,
  `destination`,
  `window_start`,
  `window_end`,
  `window_time`,
  MAX(`speed_kn`) AS `top_speed_kn`
FROM TABLE(TUMBLE(TABLE `named`, DESCRIPTOR(`received`), INTERVAL '1' MINUTE))
GROUP BY `window_start`, `window_end`, `window_time`, `name`, `type`, `destination`;

-- speeds  Speeds
CREATE TEMPORARY TABLE `speeds` (
  `name` STRING,
  `type` STRING,
  `destination` STRING,
  `window_start` TIMESTAMP(3) NOT NULL,
  `window_end` TIMESTAMP(3) NOT NULL,
  `window_time` TIMESTAMP(3) NOT NULL,
  `top_speed_kn` DOUBLE
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- speeds  Speeds
INSERT INTO `speeds`
SELECT
  `name`,
  `type`,
  `destination`,
  `window_start`,
  `window_end`,
  `window_time`,
  `top_speed_kn`
FROM `per-minute`;
END;
