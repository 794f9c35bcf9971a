import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { OutputPort } from '../../job/operatorDefinition.ts'
import { allDefinitions, definitionOf } from '../store/definitions.ts'
import { currentJob, designerState } from '../store/designerStore.ts'
import { edgeKey } from '../store/edgeKey.ts'
import { verdictsFor, type Surroundings, type Verdict, type WireEnd } from './connecting.ts'

/** A wire in the hand, by pointer or by keyboard, and what stays on the canvas after one was let go where it does not fit. */
export interface ConnectingState {
  readonly from: WireEnd | null
  readonly verdicts: ReadonlyMap<string, Verdict>
  readonly keyboard: KeyboardWire | null
  /** The operator under the pointer. */
  readonly over: string | null
  /** The note under an operator that could not take the wire. */
  readonly refused: { readonly operator: string; readonly verdict: Exclude<Verdict, { kind: 'legal' }> } | null
}

export interface KeyboardWire {
  readonly operator: string
  readonly ports: readonly OutputPort[]
  readonly portIndex: number
  /** Null while the port is being chosen. */
  readonly targets: readonly string[] | null
  readonly targetIndex: number
}

const atRest: ConnectingState = { from: null, verdicts: new Map(), keyboard: null, over: null, refused: null }
export const connectingStore = createStore<ConnectingState>()(() => atRest)

/** The job as it is, or without one edge that is being moved elsewhere. */
export function surroundings(without: string | null = null): Surroundings {
  const job = currentJob()
  return { job: without === null ? job : { ...job, edges: job.edges.filter((edge) => edgeKey(edge) !== without) }, outputs: designerState().check.outputs, definitions: allDefinitions(), definitionOf }
}

export function pickUp(from: WireEnd): void {
  connectingStore.setState({ from, verdicts: verdictsFor(from, surroundings()), refused: null })
}

/** Nothing in the hand; what was refused stays until it is answered. */
export function letGo(refused: ConnectingState['refused'] = null): void {
  connectingStore.setState({ ...atRest, refused })
}

export function wireOver(operator: string | null): void {
  const state = connectingStore.getState()
  if (state.from !== null && state.over !== operator) connectingStore.setState({ over: operator })
}

export function forgetRefusal(): void {
  if (connectingStore.getState().refused !== null) connectingStore.setState({ refused: null })
}

/** What this operator is to the wire in the hand; undefined when there is none, or it is the one the wire comes from. */
export function useVerdict(id: string): Verdict | undefined {
  return useStore(connectingStore, (state) => (state.from === null || state.from.operator === id ? undefined : state.verdicts.get(id)))
}

export function useConnecting<T>(selector: (state: ConnectingState) => T): T {
  return useStore(connectingStore, selector)
}
