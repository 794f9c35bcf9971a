import { neverChanges } from '../world/copy.ts'

/**
 * What JobManagers and TaskManagers say to each other: datagrams, which may be lost, doubled and overtaken, so everything is repeated until it is answered and
 * every order carries its leader's token. Flink's tokens are random and can only be equal or not; here the token is the czxid of the leader's latch node, so that
 * a TaskManager can also tell the older of two leaders (reference 2.4).
 */
export class Heartbeat {
  /** Which start of the TaskManager this is. */
  incarnation = 0
  token = 0
  attempt = 0
  isRunning = false
}
neverChanges(Heartbeat)

export const orderDeploy = 1
export const orderTrigger = 2
export const orderCompleted = 3
export const orderCancel = 4

export class Order {
  kind = 0
  token = 0
  /** Counts starts of the job under one token. */
  attempt = 0
  job = ''
  /** Deploy: what to restore, 0 for nothing. Trigger, completed: the checkpoint. */
  checkpoint = 0
}
neverChanges(Order)

export class Acknowledge {
  token = 0
  attempt = 0
  checkpoint = 0
  incarnation = 0
  /** Where the snapshot lies. */
  file = ''
}
neverChanges(Acknowledge)

/** The answer to an order of a leader that is none any more: what the TaskManager knows of. */
export class WrongToken {
  known = 0
}
neverChanges(WrongToken)
