import type { FunctionDefinition } from '../functionDefinition.ts'

export const numericFunctions: readonly FunctionDefinition[] = []
