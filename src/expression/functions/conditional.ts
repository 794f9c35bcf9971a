import type { FunctionDefinition } from '../functionDefinition.ts'

export const conditionalFunctions: readonly FunctionDefinition[] = []
