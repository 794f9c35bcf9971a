import { windowOf } from '../../job/windowConfig.ts'
import { allColumns, oneView, type SqlEmitter } from '../sqlEmitter.ts'
import { windowFunction } from '../windowSql.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const window = windowOf(context.spec.config)!
    return oneView(context, { kind: 'select', columns: allColumns(context.spec.outputs[0]!.schema), from: windowFunction(window, context.inputs[0]!, window.timeColumn) })
  },
}
