import { tidied, type TidyRequest } from './layout.ts'

self.addEventListener('message', (event: MessageEvent<TidyRequest>) => {
  self.postMessage(tidied(event.data))
})
