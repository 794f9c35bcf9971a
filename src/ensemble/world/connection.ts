/**
 * A connection: reliable and first-in-first-out while it stands, over when anything goes wrong. A cut, a crash or a reset ends it for good (`broken`): what is in
 * flight is lost as a suffix, both ends learn of it at times of their own or not at all, and whoever wants to go on connects anew. Letting a stream resume with a
 * hole after a healed cut is the classic mistake of simulators (reference 0.2, 7.4).
 */
export class Connection {
  slot = 0
  generation = 0
  /** Who asked for it. */
  from = 0
  to = 0
  /** What it carries, in the numbers of the node kinds that use it. */
  purpose = 0
  /** Each end as its owner sees it. */
  fromOpen = true
  toOpen = false
  broken = false
  /** The last delivery time in each direction: later messages come strictly later. */
  lastToward = 0
  lastBack = 0
  /** The sender has been told that the other side is gone. */
  resetToFrom = false
  resetToTo = false
}
