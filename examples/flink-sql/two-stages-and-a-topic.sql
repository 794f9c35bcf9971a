-- Job: Two stages and a topic
-- Written by Millrace for Apache Flink 2.2.
--
-- Certificate
--   bids: noted difference. The rows come from a seeded generator of Millrace; the script reads them as JSON from the Kafka topic "bids". Set "On Flink" to read them elsewhere.
--   high: same meaning
--   read: noted difference. On Flink the source reads the topic without end; here it ends when everything is read and nothing of the run writes it. Set "Ends" to have it end on both.
--   counts: same meaning
--   board: noted difference. The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
--   totals: same meaning
--   spenders: noted difference. The table of the store becomes a JDBC table of the same name, which needs the JDBC connector and the table in a database; set "On Flink" to keep it elsewhere.
--     JDBC writes at least once; a row that is written again under its key changes nothing.
--     On Flink no column of a key may be NULL: a row with NULL in bidder fails the job there, and is a row like any other here. Filter such rows out before the sink.
--   write: noted difference. Rows are records of a transaction, which commits with its checkpoint; readers see them then if they set isolation.level to read_committed. A transaction lives fifteen minutes, the most that brokers allow by default; where checkpoints, or an outage, may last longer, raise properties.transaction.timeout.ms here and transaction.max.timeout.ms there.
--
-- It rests on these settings
--   execution.runtime-mode = streaming. Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.
--   table.local-time-zone = UTC. The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.
--   pipeline.auto-watermark-interval = 0 ms. The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.
--   table.exec.mini-batch.enabled = false. Whether changes are folded before they go on: as in the job.

SET 'pipeline.name' = 'Two stages and a topic';
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '2';
SET 'pipeline.max-parallelism' = '128';
SET 'table.local-time-zone' = 'UTC';
SET 'pipeline.auto-watermark-interval' = '0 ms';
SET 'table.exec.mini-batch.enabled' = 'false';
SET 'table.optimizer.reuse-optimize-block-with-digest-enabled' = 'true';

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

-- high  High bids
CREATE TEMPORARY VIEW `high` AS
SELECT
  `auction`,
  `bidder`,
  `price`,
  `dateTime`
FROM `bids`
WHERE `price` >= 1000000;

-- read  From the topic
CREATE TEMPORARY TABLE `read` (
  `auction` BIGINT,
  `bidder` BIGINT,
  `price` BIGINT,
  `dateTime` TIMESTAMP(3),
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'high-bids',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- counts  In ten seconds
CREATE TEMPORARY VIEW `counts` AS
SELECT
  `auction`,
  `window_start`,
  `window_end`,
  `window_time`,
  COUNT(*) AS `bids`,
  MAX(`price`) AS `highest`
FROM TABLE(TUMBLE(TABLE `read`, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY `window_start`, `window_end`, `window_time`, `auction`;

-- board  High bids by auction
CREATE TEMPORARY TABLE `board` (
  `auction` BIGINT,
  `window_start` TIMESTAMP(3) NOT NULL,
  `window_end` TIMESTAMP(3) NOT NULL,
  `window_time` TIMESTAMP(3) NOT NULL,
  `bids` BIGINT NOT NULL,
  `highest` BIGINT
) WITH (
  'connector' = 'print'
);

-- totals  By bidder
CREATE TEMPORARY VIEW `totals` AS
SELECT
  `bidder`,
  COUNT(*) AS `bids`,
  SUM(`price`) AS `offered`
FROM `read`
GROUP BY `bidder`;

-- spenders  Bidders
CREATE TEMPORARY TABLE `spenders` (
  `bidder` BIGINT NOT NULL,
  `bids` BIGINT NOT NULL,
  `offered` BIGINT,
  PRIMARY KEY (`bidder`) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = '${secret:JDBC_URL}',
  'table-name' = 'bidders'
);

-- write  To the topic
CREATE TEMPORARY TABLE `write` (
  `auction` BIGINT,
  `bidder` BIGINT,
  `price` BIGINT,
  `dateTime` TIMESTAMP(3)
) WITH (
  'connector' = 'kafka',
  'topic' = 'high-bids',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'key.format' = 'json',
  'key.fields' = 'auction',
  'value.format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'millrace-write',
  'properties.transaction.timeout.ms' = '900000'
);

EXECUTE STATEMENT SET
BEGIN
-- board  High bids by auction
INSERT INTO `board`
SELECT
  `auction`,
  `window_start`,
  `window_end`,
  `window_time`,
  `bids`,
  `highest`
FROM `counts`;
-- spenders  Bidders
INSERT INTO `spenders`
SELECT
  `bidder`,
  `bids`,
  `offered`
FROM `totals`;
-- write  To the topic
INSERT INTO `write`
SELECT
  `auction`,
  `bidder`,
  `price`,
  `dateTime`
FROM `high`;
END;
