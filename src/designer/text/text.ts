import { canvas } from './canvas.ts'
import { commands } from './commands.ts'
import { frame } from './frame.ts'
import { transport } from './transport.ts'
import { problems } from './problems.ts'
import { data } from './data.ts'
import { history } from './history.ts'
import { inspector } from './inspector.ts'
import { outline } from './outline.ts'
import { palette } from './palette.ts'
import { persistence } from './persistence.ts'
import { run } from './run.ts'

/**
 * Every sentence the designer shows, in one typed catalogue, by place. A sentence with values in it is a function, so that the compiler sees a missing
 * value and another language may order words its own way; plurals go through `plural`. What is seen later comes with its screen: `sheets.ts`, `exporting.ts`,
 * `checkpoints.ts`, `cluster.ts`, `stores.ts`.
 *
 * Wording: what happened, why, what you can do. Sentence case, no full stop on labels, no exclamation marks, no blame, no codes alone. Problems of jobs
 * have their wording in `job/problemCatalogue.ts`, operators theirs in their definitions.
 */
export const text = { canvas, commands, data, frame, history, inspector, outline, palette, persistence, problems, run, transport }

export type TextCatalogue = typeof text
