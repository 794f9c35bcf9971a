import { definitions } from '../../operators/catalog.ts'
import { Checker, type CheckRequest } from './checkMessages.ts'
import { setDefinitions } from './definitions.ts'

setDefinitions(definitions)
const checker = new Checker()

self.addEventListener('message', (event: MessageEvent<CheckRequest>) => {
  const answer = checker.answer(event.data)
  if (answer !== null) self.postMessage(answer)
})
