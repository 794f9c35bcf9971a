import type { FunctionDefinition } from '../functionDefinition.ts'

export const aggregateFunctions: readonly FunctionDefinition[] = []
