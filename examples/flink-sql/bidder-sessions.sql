-- Job: Bidder sessions
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   bids: noted difference. The rows come from a seeded generator of Millrace; the script reads them as JSON from the Kafka topic "bids". Set "On Flink" to read them elsewhere.
--   sessions: same meaning
--   active: same meaning
--   bidders: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Bidder sessions';
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '2';
SET 'pipeline.max-parallelism' = '128';
SET 'table.local-time-zone' = 'UTC';
SET 'pipeline.auto-watermark-interval' = '0 ms';
SET 'table.exec.mini-batch.enabled' = 'false';

-- bids  Bids
CREATE TEMPORARY TABLE `bids` (
  `bidder` BIGINT,
  `price` BIGINT,
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

-- sessions  Sessions
CREATE TEMPORARY VIEW `sessions` AS
SELECT
  `bidder`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `bids`,
  MAX(`price`) AS `highest`
FROM TABLE(SESSION(TABLE `bids` PARTITION BY `bidder`, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `bidder`;

-- active  More than one bid
CREATE TEMPORARY VIEW `active` AS
SELECT
  `bidder`,
  `window_start`,
  `window_end`,
  `window_time`,
  `bids`,
  `highest`
FROM `sessions`
WHERE `bids` > 1;

-- bidders  Bidders
CREATE TEMPORARY TABLE `bidders` (
  `bidder` BIGINT,
  `window_start` TIMESTAMP(3) NOT NULL,
  `window_end` TIMESTAMP(3) NOT NULL,
  `window_time` TIMESTAMP(3) NOT NULL,
  `bids` BIGINT NOT NULL,
  `highest` BIGINT
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- bidders  Bidders
INSERT INTO `bidders`
SELECT
  `bidder`,
  `window_start`,
  `window_end`,
  `window_time`,
  `bids`,
  `highest`
FROM `active`;
END;
