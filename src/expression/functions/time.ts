import type { FunctionDefinition } from '../functionDefinition.ts'
import { extractFunctions } from './extract.ts'
import { timeSpanFunctions } from './timeSpan.ts'
import { timeTextFunctions } from './timeText.ts'

/** Functions of dates and times: their parts, their texts, the spans between them, and what time it is. */
export const timeFunctions: readonly FunctionDefinition[] = [...extractFunctions, ...timeSpanFunctions, ...timeTextFunctions]
