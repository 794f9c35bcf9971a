-- hands every change to the shell, for a live table
-- noted: The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
CREATE TEMPORARY TABLE `op` (
  `key` STRING,
  `v` BIGINT
) WITH (
  'connector' = 'print'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;

-- hands every change to the shell, for a file
-- noted: A file takes only inserts, and this result has updates: the script writes them as Debezium changes.
-- noted: Files become visible when a checkpoint completes, or at the end of a bounded input.
-- noted: On Flink no column of a key may be NULL: a row with NULL in key fails the job there, and is a row like any other here. Filter such rows out before the sink.
CREATE TEMPORARY TABLE `op` (
  `key` STRING NOT NULL,
  `v` BIGINT,
  PRIMARY KEY (`key`) NOT ENFORCED
) WITH (
  'connector' = 'filesystem',
  'path' = 'out.jsonl',
  'format' = 'debezium-json'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;

-- deletes by its key what an update took away and did not replace
-- noted: The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
-- noted: On Flink no column of a key may be NULL: a row with NULL in key fails the job there, and is a row like any other here. Filter such rows out before the sink.
CREATE TEMPORARY TABLE `op` (
  `key` STRING NOT NULL,
  `v` BIGINT,
  PRIMARY KEY (`key`) NOT ENFORCED
) WITH (
  'connector' = 'print'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;

-- takes back the row of one key when its key is more than that of the changes, and has the other
-- noted: The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
-- noted: On Flink no column of a key may be NULL: a row with NULL in key or v fails the job there, and is a row like any other here. Filter such rows out before the sink.
CREATE TEMPORARY TABLE `op` (
  `key` STRING NOT NULL,
  `v` BIGINT NOT NULL,
  PRIMARY KEY (`key`, `v`) NOT ENFORCED
) WITH (
  'connector' = 'print'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;

-- lets a row take the place of the one before it with the same key of the changes
-- noted: The live table becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.
-- noted: On Flink no column of a key may be NULL: a row with NULL in key fails the job there, and is a row like any other here. Filter such rows out before the sink.
CREATE TEMPORARY TABLE `op` (
  `id` INT,
  `key` STRING NOT NULL,
  `v` BIGINT,
  PRIMARY KEY (`key`) NOT ENFORCED
) WITH (
  'connector' = 'print'
);
INSERT INTO `op`
SELECT
  `id`,
  `key`,
  `v`
FROM `in`;

-- hands every change to the shell, for a topic
-- noted: Rows are records of a transaction, which commits with its checkpoint; readers see them then if they set isolation.level to read_committed. A transaction lives fifteen minutes, the most that brokers allow by default; where checkpoints, or an outage, may last longer, raise properties.transaction.timeout.ms here and transaction.max.timeout.ms there.
-- noted: This result has updates and the sink has no key: the topic holds them as Debezium changes. Set a key to keep the last row of each.
CREATE TEMPORARY TABLE `op` (
  `key` STRING,
  `v` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'out',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'key.format' = 'json',
  'key.fields' = 'key',
  'value.format' = 'debezium-json',
  'sink.partitioner' = 'round-robin',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'millrace-op',
  'properties.transaction.timeout.ms' = '900000'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;

-- hands rows to the shell, for a topic of records
-- same meaning
CREATE TEMPORARY TABLE `op` (
  `key` STRING,
  `v` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'out',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'format' = 'json'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;

-- hands every change to the shell, for a topic of upserts
-- noted: Rows are records of a transaction, which commits with its checkpoint; readers see them then if they set isolation.level to read_committed. A transaction lives fifteen minutes, the most that brokers allow by default; where checkpoints, or an outage, may last longer, raise properties.transaction.timeout.ms here and transaction.max.timeout.ms there.
-- noted: The topic holds the last row of each key, and an empty record for a key that is gone (upsert-kafka).
-- noted: On Flink no column of a key may be NULL: a row with NULL in key fails the job there, and is a row like any other here. Filter such rows out before the sink.
CREATE TEMPORARY TABLE `op` (
  `key` STRING NOT NULL,
  `v` BIGINT,
  PRIMARY KEY (`key`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'out',
  'properties.bootstrap.servers' = '${secret:KAFKA_BOOTSTRAP_SERVERS}',
  'key.format' = 'json',
  'value.format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'millrace-op',
  'properties.transaction.timeout.ms' = '900000'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;

-- hands every change to the shell, for a table of the store
-- noted: The table of the store becomes a JDBC table of the same name, which needs the JDBC connector and the table in a database; set "On Flink" to keep it elsewhere.
-- noted: JDBC writes at least once; a row that is written again under its key changes nothing.
-- noted: On Flink no column of a key may be NULL: a row with NULL in key fails the job there, and is a row like any other here. Filter such rows out before the sink.
CREATE TEMPORARY TABLE `op` (
  `key` STRING NOT NULL,
  `v` BIGINT,
  PRIMARY KEY (`key`) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = '${secret:JDBC_URL}',
  'table-name' = 'totals'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;

-- hands rows to the shell, for a table that only grows
-- noted: The table of the store becomes a JDBC table of the same name, which needs the JDBC connector and the table in a database; set "On Flink" to keep it elsewhere.
-- noted: JDBC writes at least once: after a failure rows may be in the table twice. Set a key to write each once.
CREATE TEMPORARY TABLE `op` (
  `key` STRING,
  `v` BIGINT
) WITH (
  'connector' = 'jdbc',
  'url' = '${secret:JDBC_URL}',
  'table-name' = 'totals'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;

-- hands changes to the shell, for a table without a key
-- noted: A JDBC table takes updates only by key, and the sink has none: the script prints the changes. Set a key.
CREATE TEMPORARY TABLE `op` (
  `key` STRING,
  `v` BIGINT
) WITH (
  'connector' = 'print'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;

-- swallows rows as a blackhole
-- same meaning
CREATE TEMPORARY TABLE `op` (
  `key` STRING,
  `v` BIGINT
) WITH (
  'connector' = 'blackhole'
);
INSERT INTO `op`
SELECT
  `key`,
  `v`
FROM `in`;
