import type { World } from './world.ts'

/** Receives what the protocol says of itself while it runs: captions of the live view and lines of transcripts. Without one, nothing is said and nothing is spent. */
export interface Trace {
  /** `node` did something worth a sentence: `act` names the kind of thing, `text` says it in the words of the protocol. */
  note(world: World, node: number, act: string, text: string): void
}

/** Zxids as people write them: epoch.counter. */
export function zxidText(zxid: number): string {
  return `${Math.floor(zxid / 4_294_967_296)}.${zxid % 4_294_967_296}`
}
