import type { FunctionDefinition } from '../functionDefinition.ts'

export const timeFunctions: readonly FunctionDefinition[] = []
