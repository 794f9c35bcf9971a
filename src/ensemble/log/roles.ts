import type { LogRole } from './logOptions.ts'
import type { Role } from './logClient.ts'
import { jobRole } from './jobRole.ts'
import { producerRole } from './producerRole.ts'
import { readerRole } from './readerRole.ts'
import { groupRole } from './groupRole.ts'
import { transactionsRole } from './transactionsRole.ts'

/** What clients of the log do, by name. */
export const roles: Readonly<Record<LogRole, Role>> = {
  producer: producerRole,
  keyed: producerRole,
  reader: readerRole,
  transactions: transactionsRole,
  group: groupRole,
  sinks: jobRole,
}
