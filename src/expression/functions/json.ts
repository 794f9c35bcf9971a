import type { FunctionDefinition } from '../functionDefinition.ts'

export const jsonFunctions: readonly FunctionDefinition[] = []
