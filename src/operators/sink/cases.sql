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
