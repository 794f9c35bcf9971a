/** The dialects of Flink SQL that scripts are written in: the long-term line of 1.x and the newest that the Kafka connector knows. */
export type FlinkVersion = '1.20' | '2.2'
export const flinkVersions: readonly FlinkVersion[] = ['1.20', '2.2']
