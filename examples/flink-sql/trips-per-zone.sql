-- Job: Trips per zone and minute
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   trips: noted difference. The rows come from a sample that ships with Millrace; the script reads them as JSON from the Kafka topic "trips". Set "On Flink" to read them elsewhere.
--   per-minute: same meaning
--   board: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--   late: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Trips per zone and minute';
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '2';
SET 'pipeline.max-parallelism' = '128';
SET 'table.local-time-zone' = 'UTC';
SET 'pipeline.auto-watermark-interval' = '0 ms';
SET 'table.exec.mini-batch.enabled' = 'false';
SET 'table.optimizer.reuse-optimize-block-with-digest-enabled' = 'true';

-- trips  Trips
CREATE TEMPORARY TABLE `trips` (
  `trip` BIGINT,
  `zone` STRING,
  `pickup` TIMESTAMP(3),
  `distance_km` DOUBLE,
  `fare` DECIMAL(8, 2),
  `passengers` INT,
  `reported` TIMESTAMP(3),
  WATERMARK FOR `pickup` AS `pickup` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'trips',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- per-minute  Per zone and minute
CREATE TEMPORARY VIEW `per-minute` AS
SELECT
  `zone`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `trips`,
  SUM(`fare`) AS `fares`
FROM TABLE(TUMBLE(TABLE `trips`, DESCRIPTOR(`pickup`), INTERVAL '1' MINUTE))
GROUP BY `window_start`, `window_end`, `window_time`, `zone`;

-- per-minute  Per zone and minute
CREATE TEMPORARY VIEW `per-minute.late` AS
SELECT
  `trip`,
  `zone`,
  `pickup`,
  `distance_km`,
  `fare`,
  `passengers`,
  `reported`
FROM TABLE(TUMBLE(TABLE `trips`, DESCRIPTOR(`pickup`), INTERVAL '1' MINUTE))
WHERE `window_time` <= CURRENT_WATERMARK(`window_time`);

-- board  Board
CREATE TEMPORARY TABLE `board` (
  `zone` STRING,
  `window_start` TIMESTAMP(3) NOT NULL,
  `window_end` TIMESTAMP(3) NOT NULL,
  `window_time` TIMESTAMP(3) NOT NULL,
  `trips` BIGINT NOT NULL,
  `fares` DECIMAL(38, 2)
) WITH (
  'connector' = 'print'
);

-- late  Late trips
CREATE TEMPORARY TABLE `late` (
  `trip` BIGINT,
  `zone` STRING,
  `pickup` TIMESTAMP(3),
  `distance_km` DOUBLE,
  `fare` DECIMAL(8, 2),
  `passengers` INT,
  `reported` TIMESTAMP(3)
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- board  Board
INSERT INTO `board`
SELECT
  `zone`,
  `window_start`,
  `window_end`,
  `window_time`,
  `trips`,
  `fares`
FROM `per-minute`;
-- late  Late trips
INSERT INTO `late`
SELECT
  `trip`,
  `zone`,
  `pickup`,
  `distance_km`,
  `fare`,
  `passengers`,
  CAST(`reported` AS TIMESTAMP(3)) AS `reported`
FROM `per-minute.late`;
END;
