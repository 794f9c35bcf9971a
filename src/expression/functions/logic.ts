import type { FunctionDefinition } from '../functionDefinition.ts'

export const logicFunctions: readonly FunctionDefinition[] = []
