/** The kinds of events in the queue; small numbers, because every event is dispatched on one. */
export const eventMessage = 0
export const eventTimer = 1
export const eventDisk = 2
/** A connection request reaches the other side. */
export const eventConnect = 3
export const eventConnected = 4
/** An end of a connection learns that it is over. */
export const eventClosed = 5
export const eventDatagram = 6
export const eventFault = 7

export const eventNames = ['message', 'timer', 'disk', 'connect', 'connected', 'closed', 'datagram', 'fault'] as const
