-- Job: New sellers
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   auctions: noted difference. The rows come from a seeded generator of Millrace; the script reads them as JSON from the Kafka topic "auctions". Set "On Flink" to read them elsewhere.
--   persons: noted difference. The rows come from a seeded generator of Millrace; the script reads them as JSON from the Kafka topic "persons". Set "On Flink" to read them elsewhere.
--   both: same meaning
--   shape: same meaning
--   sellers: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'New sellers';
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '2';
SET 'pipeline.max-parallelism' = '128';
SET 'table.local-time-zone' = 'UTC';
SET 'pipeline.auto-watermark-interval' = '0 ms';
SET 'table.exec.mini-batch.enabled' = 'false';

-- auctions  Auctions
CREATE TEMPORARY TABLE `auctions` (
  `seller` BIGINT,
  `dateTime` TIMESTAMP(3),
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'auctions',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- persons  Persons
CREATE TEMPORARY TABLE `persons` (
  `id` BIGINT,
  `name` STRING,
  `dateTime` TIMESTAMP(3),
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'persons',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- both  In the same ten seconds
CREATE TEMPORARY VIEW `both` AS
SELECT
  `l`.`id`,
  `l`.`name`,
  `l`.`dateTime`,
  `l`.`window_start`,
  `l`.`window_end`,
  `l`.`window_time`
FROM TABLE(TUMBLE(TABLE `persons`, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND)) AS `l`
WHERE EXISTS (
SELECT 1
FROM TABLE(TUMBLE(TABLE `auctions`, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND)) AS `r`
WHERE `l`.`id` = `r`.`seller` AND `l`.`window_start` = `r`.`window_start` AND `l`.`window_end` = `r`.`window_end`
);

-- shape  Who and when
CREATE TEMPORARY VIEW `shape` AS
SELECT
  `id` AS `id`,
  `name` AS `name`,
  `window_start` AS `window_start`
FROM `both`;

-- sellers  New sellers
CREATE TEMPORARY TABLE `sellers` (
  `id` BIGINT,
  `name` STRING,
  `window_start` TIMESTAMP(3) NOT NULL
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- sellers  New sellers
INSERT INTO `sellers`
SELECT
  `id`,
  `name`,
  `window_start`
FROM `shape`;
END;
