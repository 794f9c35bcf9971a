import { windowOf } from '../../job/windowConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { SessionAggregate } from './sessionAggregate.ts'
import { SliceAggregate } from './sliceAggregate.ts'

export const runtime: RuntimeFactory = {
  role: 'operator',
  create: (spec) => {
    const window = windowOf(spec.config)
    return window?.type === 'session' ? new SessionAggregate(spec, window) : new SliceAggregate(spec, window)
  },
}
