import type { FunctionDefinition } from '../functionDefinition.ts'

export const comparisonFunctions: readonly FunctionDefinition[] = []
