import { serveNodeEngine } from '../launch/serveNodeEngine.ts'
import { fakeOperators } from './fakeOperators.ts'

serveNodeEngine(fakeOperators)
