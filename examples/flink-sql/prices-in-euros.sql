-- Job: Prices in euros
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   bids: noted difference. The rows come from a seeded generator of Millrace; the script reads them as JSON from the Kafka topic "bids". Set "On Flink" to read them elsewhere.
--   some: same meaning
--   euros: same meaning
--   prices: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Prices in euros';
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '2';
SET 'pipeline.max-parallelism' = '128';
SET 'table.local-time-zone' = 'UTC';
SET 'pipeline.auto-watermark-interval' = '0 ms';
SET 'table.exec.mini-batch.enabled' = 'false';

-- bids  Bids
CREATE TEMPORARY TABLE `bids` (
  `auction` BIGINT,
  `bidder` BIGINT,
  `price` BIGINT,
  `channel` STRING,
  `dateTime` TIMESTAMP(3),
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'bids',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- some  Every 123rd auction
CREATE TEMPORARY VIEW `some` AS
SELECT
  `auction`,
  `bidder`,
  `price`,
  `channel`,
  `dateTime`
FROM `bids`
WHERE MOD(`auction`, 123) = 0;

-- euros  In euros
CREATE TEMPORARY VIEW `euros` AS
SELECT
  `auction` AS `auction`,
  `bidder` AS `bidder`,
  0.908 * `price` AS `euros`,
  LOWER(`channel`) AS `channel`,
  `dateTime` AS `dateTime`
FROM `some`;

-- prices  Prices
CREATE TEMPORARY TABLE `prices` (
  `auction` BIGINT,
  `bidder` BIGINT,
  `euros` DECIMAL(24, 3),
  `channel` STRING,
  `dateTime` TIMESTAMP(3)
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- prices  Prices
INSERT INTO `prices`
SELECT
  `auction`,
  `bidder`,
  `euros`,
  `channel`,
  `dateTime`
FROM `euros`;
END;
