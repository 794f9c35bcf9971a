import { installedOperators } from '../installedOperators.ts'
import { serveNodeEngine } from './serveNodeEngine.ts'

// The script of Node's engine threads, built to its own file: see launch/node.ts.
serveNodeEngine(installedOperators)
