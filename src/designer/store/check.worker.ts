import { definitionOf } from '../../operators/catalog.ts'
import { Checker } from './checker.ts'
import type { CheckRequest } from './checkMessages.ts'

const checker = new Checker(definitionOf)

self.addEventListener('message', (event: MessageEvent<CheckRequest>) => {
  const answer = checker.answer(event.data)
  if (answer !== null) self.postMessage(answer)
})
