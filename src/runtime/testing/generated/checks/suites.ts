import { changelogChecks } from './changelog.ts'
import type { Check } from './check.ts'
import { evaluatorChecks } from './evaluator.ts'
import { generatedChecks } from './generated.ts'
import { interruptedChecks } from './interrupted.ts'
import { tableChainChecks } from './tableChains.ts'

export const suites: Readonly<Record<string, readonly Check[]>> = {
  evaluator: [...evaluatorChecks, ...tableChainChecks],
  generated: generatedChecks,
  interrupted: interruptedChecks,
  changelog: changelogChecks,
}
