import type { FunctionDefinition } from '../functionDefinition.ts'

export const stringFunctions: readonly FunctionDefinition[] = []
