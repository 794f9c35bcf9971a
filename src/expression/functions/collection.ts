import type { FunctionDefinition } from '../functionDefinition.ts'

export const collectionFunctions: readonly FunctionDefinition[] = []
