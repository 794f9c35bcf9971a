import { windowOf } from '../../job/windowConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { LocalAggregate } from './localAggregate.ts'
import { SessionAggregate } from './sessionAggregate.ts'
import { SliceAggregate } from './sliceAggregate.ts'
import { gridWindowOf } from './twoPhase.ts'

export const runtime: RuntimeFactory = {
  role: 'operator',
  create: (spec) => {
    const window = windowOf(spec.config)
    if (spec.phase?.kind === 'local') return new LocalAggregate(spec, gridWindowOf(window)!)
    return window?.type === 'session' ? new SessionAggregate(spec, window) : new SliceAggregate(spec, window)
  },
}
