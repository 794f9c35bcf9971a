-- rows in the job
-- noted: The rows stand in the job itself; the script reads them as JSON lines from a file of their own. Write them there, or set "On Flink".
CREATE TEMPORARY TABLE `op` (
  `id` BIGINT NOT NULL,
  `made` TIMESTAMP(3),
  `tags` MAP<STRING, ARRAY<ROW<`value` DECIMAL(10, 2) NOT NULL, `a.b` TIMESTAMP_LTZ(3)>>>,
  `day` AS DATE_FORMAT(`made`, 'yyyy-MM-dd'),
  `seen` AS PROCTIME()
) WITH (
  'connector' = 'filesystem',
  'path' = 'file:///tmp/op.jsonl',
  'format' = 'json'
);

-- changes in the job
-- noted: The rows are changes; the script reads them as Debezium records, in which an update is one record with the row before and after.
-- noted: The rows stand in the job itself; the script reads them as JSON lines from a file of their own. Write them there, or set "On Flink".
CREATE TEMPORARY TABLE `op` (
  `id` BIGINT NOT NULL,
  `made` TIMESTAMP(3),
  `tags` MAP<STRING, ARRAY<ROW<`value` DECIMAL(10, 2) NOT NULL, `a.b` TIMESTAMP_LTZ(3)>>>,
  `day` AS DATE_FORMAT(`made`, 'yyyy-MM-dd'),
  `seen` AS PROCTIME()
) WITH (
  'connector' = 'filesystem',
  'path' = 'file:///tmp/op.jsonl',
  'format' = 'debezium-json'
);

-- lines of a file
-- same meaning
CREATE TEMPORARY TABLE `op` (
  `id` BIGINT NOT NULL,
  `made` TIMESTAMP(3),
  `tags` MAP<STRING, ARRAY<ROW<`value` DECIMAL(10, 2) NOT NULL, `a.b` TIMESTAMP_LTZ(3)>>>,
  `day` AS DATE_FORMAT(`made`, 'yyyy-MM-dd'),
  `seen` AS PROCTIME(),
  WATERMARK FOR `made` AS `made` - INTERVAL '2' MINUTE
) WITH (
  'connector' = 'filesystem',
  'path' = 'file:///data/in.jsonl',
  'format' = 'json'
);

-- CSV with a header, relative
-- noted: Flink reads the first line of a CSV file as data: remove the header from the file.
-- noted: The path "in.csv" is relative; on a cluster it needs to be one that every TaskManager can read.
CREATE TEMPORARY TABLE `op` (
  `id` BIGINT NOT NULL,
  `made` TIMESTAMP(3),
  `tags` MAP<STRING, ARRAY<ROW<`value` DECIMAL(10, 2) NOT NULL, `a.b` TIMESTAMP_LTZ(3)>>>,
  `day` AS DATE_FORMAT(`made`, 'yyyy-MM-dd'),
  `seen` AS PROCTIME(),
  WATERMARK FOR `made` AS `made` - INTERVAL '1' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = 'in.csv',
  'format' = 'csv',
  'csv.field-delimiter' = ',',
  'csv.null-literal' = ''
);

-- a generator
-- noted: The rows come from a seeded generator of Millrace; the script reads them as JSON from the Kafka topic "op". Set "On Flink" to read them elsewhere.
CREATE TEMPORARY TABLE `op` (
  `auction` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'op',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

-- a topic
-- noted: On Flink the source reads the topic without end; here it ends when everything is read and nothing of the run writes it. Set "Ends" to have it end on both.
CREATE TEMPORARY TABLE `op` (
  `id` BIGINT NOT NULL,
  `made` TIMESTAMP(3),
  `tags` MAP<STRING, ARRAY<ROW<`value` DECIMAL(10, 2) NOT NULL, `a.b` TIMESTAMP_LTZ(3)>>>,
  `day` AS DATE_FORMAT(`made`, 'yyyy-MM-dd'),
  `seen` AS PROCTIME(),
  WATERMARK FOR `made` AS `made` - INTERVAL '2' MINUTE
) WITH (
  'connector' = 'kafka',
  'topic' = 'orders',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

-- a topic from offsets to where it ends
-- noted: Flink’s ignore-parse-errors makes a value that does not fit its column NULL; here the row is left out.
CREATE TEMPORARY TABLE `op` (
  `id` BIGINT NOT NULL,
  `made` TIMESTAMP(3),
  `tags` MAP<STRING, ARRAY<ROW<`value` DECIMAL(10, 2) NOT NULL, `a.b` TIMESTAMP_LTZ(3)>>>,
  `day` AS DATE_FORMAT(`made`, 'yyyy-MM-dd'),
  `seen` AS PROCTIME()
) WITH (
  'connector' = 'kafka',
  'topic' = 'orders',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'specific-offsets',
  'scan.startup.specific-offsets' = 'partition:0,offset:42',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

-- a topic from a time
-- noted: On Flink the source reads the topic without end; here it ends when everything is read and nothing of the run writes it. Set "Ends" to have it end on both.
CREATE TEMPORARY TABLE `op` (
  `id` BIGINT NOT NULL,
  `made` TIMESTAMP(3),
  `tags` MAP<STRING, ARRAY<ROW<`value` DECIMAL(10, 2) NOT NULL, `a.b` TIMESTAMP_LTZ(3)>>>,
  `day` AS DATE_FORMAT(`made`, 'yyyy-MM-dd'),
  `seen` AS PROCTIME()
) WITH (
  'connector' = 'kafka',
  'topic' = 'orders',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'timestamp',
  'scan.startup.timestamp-millis' = '1769860800000',
  'format' = 'debezium-json'
);

-- a topic of upserts
-- noted: On Flink the source reads the topic without end; here it ends when everything is read and nothing of the run writes it. Set "Ends" to have it end on both.
CREATE TEMPORARY TABLE `op` (
  `id` BIGINT NOT NULL,
  `made` TIMESTAMP(3) NOT NULL,
  `tags` MAP<STRING, ARRAY<ROW<`value` DECIMAL(10, 2) NOT NULL, `a.b` TIMESTAMP_LTZ(3)>>>,
  `day` AS DATE_FORMAT(`made`, 'yyyy-MM-dd'),
  `seen` AS PROCTIME(),
  WATERMARK FOR `made` AS `made` - INTERVAL '2' MINUTE,
  PRIMARY KEY (`made`, `id`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'totals',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'json',
  'value.format' = 'json',
  'scan.watermark.idle-timeout' = '5000 ms'
);

-- a binding of its own, with a secret and per-record watermarks
-- same meaning
CREATE TEMPORARY TABLE `op` (
  `id` BIGINT NOT NULL,
  `made` TIMESTAMP(3),
  `tags` MAP<STRING, ARRAY<ROW<`value` DECIMAL(10, 2) NOT NULL, `a.b` TIMESTAMP_LTZ(3)>>>,
  `day` AS DATE_FORMAT(`made`, 'yyyy-MM-dd'),
  `seen` AS PROCTIME(),
  WATERMARK FOR `made` AS `made` - INTERVAL '2' MINUTE
) WITH (
  'connector' = 'kafka',
  'topic' = 'it''s',
  'properties.sasl.jaas.config' = '${secret:SASL}',
  'format' = 'json',
  'scan.watermark.emit.strategy' = 'on-event',
  'scan.watermark.idle-timeout' = '5000 ms'
);
