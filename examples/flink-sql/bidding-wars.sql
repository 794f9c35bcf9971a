-- Job: Bidding wars
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   bids: noted difference. The rows come from a seeded generator of Millrace; the script reads them as JSON from the Kafka topic "bids". Set "On Flink" to read them elsewhere.
--   wars: same meaning
--   found: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Bidding wars';
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

-- wars  Wars
CREATE TEMPORARY VIEW `wars` AS
SELECT
  `auction`,
  `bids`,
  `opened`,
  `reached`,
  `winner`,
  `ended`
FROM `bids`
MATCH_RECOGNIZE (
PARTITION BY `auction`
ORDER BY `dateTime` ASC
MEASURES
  COUNT(`BEATEN`.`price`) AS `bids`,
  `OPENED`.`price` AS `opened`,
  LAST(`BEATEN`.`price`) AS `reached`,
  LAST(`BEATEN`.`bidder`) AS `winner`,
  MATCH_ROWTIME(`dateTime`) AS `ended`
ONE ROW PER MATCH
AFTER MATCH SKIP PAST LAST ROW
PATTERN (`OPENED` `BEATEN`{3,} `ENDED`) WITHIN INTERVAL '10' SECOND
DEFINE
  `BEATEN` AS `BEATEN`.`price` * 10 >= COALESCE(LAST(`BEATEN`.`price`, 1), `OPENED`.`price`) * 11,
  `ENDED` AS `ENDED`.`price` * 10 < LAST(`BEATEN`.`price`) * 11
) AS `matched`;

-- found  Found
CREATE TEMPORARY TABLE `found` (
  `auction` BIGINT,
  `bids` BIGINT NOT NULL,
  `opened` BIGINT,
  `reached` BIGINT,
  `winner` BIGINT,
  `ended` TIMESTAMP(3) NOT NULL
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
-- found  Found
INSERT INTO `found`
SELECT
  `auction`,
  `bids`,
  `opened`,
  `reached`,
  `winner`,
  `ended`
FROM `wars`;
END;
