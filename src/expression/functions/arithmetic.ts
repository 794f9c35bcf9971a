import type { FunctionDefinition } from '../functionDefinition.ts'

export const arithmeticFunctions: readonly FunctionDefinition[] = []
