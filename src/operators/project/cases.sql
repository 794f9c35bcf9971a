-- computes, renames and orders columns; a bare time attribute stays one, a computed one does not
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `v` * 2 AS `doubled`,
  `ts` AS `at`,
  `ts` + INTERVAL '1' SECOND AS `later`,
  `p` AS `p`,
  UPPER(`key`) AS `key`
FROM `in`;

-- wraps BIGINT silently, as Flink does
-- same meaning
CREATE TEMPORARY VIEW `op` AS
SELECT
  `v` + 1 AS `v`
FROM `in`;
