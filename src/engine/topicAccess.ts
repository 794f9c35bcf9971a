/**
 * A topic as a source's run time sees it: records by partition and offset, held by the shell and read from wherever the source runs.
 *
 * A cursor is polled, never awaited: whether there will be records may depend on this very job, which writes the topic in another of its tasks.
 */
export interface TopicAccess {
  /** Rejects with a sentence a user can act on. */
  open(request: TopicRequest): Promise<TopicCursor>
}

export interface TopicRequest {
  /** The source that reads: where `start` leads is found out once a run for each of its partitions, however often it is restarted. */
  readonly operator: string
  readonly topic: string
  readonly partition: number
  readonly start: TopicStart
  readonly isolation: 'read_committed' | 'read_uncommitted'
}

export type TopicStart = { readonly kind: 'earliest' } | { readonly kind: 'latest' } | { readonly kind: 'offset'; readonly offset: number } | { readonly kind: 'time'; readonly timestamp: number }

export interface TopicCursor {
  /** Where `start` led. */
  readonly offset: number
  /** The end of the partition when the run first opened it: where a bounded reader stops. */
  readonly stop: number
  /** The records behind the last ones; `none` when none are there yet, `end` when nobody of this run will write any more. */
  poll(): TopicRecords | 'none' | 'end'
  /** Before the first `poll`. */
  seek(offset: number): void
  /** Nothing is known yet of what comes first. */
  readonly isLoading: boolean
}

/** Records as columns. A record without a value is a tombstone. */
export interface TopicRecords {
  readonly offsets: Float64Array
  readonly keys: readonly (string | null)[]
  readonly values: readonly (string | null)[]
  readonly timestamps: Float64Array
  /** The offset to go on from. */
  readonly next: number
}
