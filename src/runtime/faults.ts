/**
 * Faults at chosen moments of a run, so that recovery can be seen and tested: `--fault` of the command line, and the tests of exactly-once.
 *
 * `kill=1@rows=5000`: engine worker 1 is killed when the sources it hosts have let 5000 rows through. `kill=1@checkpoint=3`: when checkpoint 3 has been triggered; `:acknowledged`, when its first subtask has
 * answered; `:writing`, when all have; `:completed`, when it is complete and its rows have been shown. `exit@checkpoint=3:writing`: the whole process ends at once, as if its
 * machine had died. Each fault happens once; the number of a checkpoint counts savepoints too.
 */
export interface Fault {
  /** The engine worker to kill; null ends the process. */
  readonly worker: number | null
  readonly when: { readonly kind: 'rows'; readonly rows: number } | { readonly kind: 'checkpoint'; readonly checkpoint: number; readonly moment: FaultMoment }
}

export type FaultMoment = (typeof faultMoments)[number]
export const faultMoments = ['triggered', 'acknowledged', 'writing', 'completed'] as const

/** The fault, or in words what was expected. */
export function parseFault(text: string): Fault | string {
  const [, action, worker, kind, amount, moment] = /^(exit|kill=(\d+))@(rows|checkpoint)=(\d+)(?::([a-z]+))?$/.exec(text) ?? []
  if (action === undefined || (kind === 'rows' && (moment !== undefined || worker === undefined))) {
    return 'expected kill=WORKER@rows=N, kill=WORKER@checkpoint=K or exit@checkpoint=K, the last two with :triggered, :acknowledged, :writing or :completed'
  }
  if (moment !== undefined && !faultMoments.some((known) => known === moment)) return `${JSON.stringify(moment)} is no moment of a checkpoint; choose one of ${faultMoments.join(', ')}`
  const number = Number(amount)
  if (number < 1) return `${kind!} are counted from 1`
  return {
    worker: worker === undefined ? null : Number(worker),
    when: kind === 'rows' ? { kind: 'rows', rows: number } : { kind: 'checkpoint', checkpoint: number, moment: (moment as FaultMoment | undefined) ?? 'triggered' },
  }
}
