import { installLinearEngine } from '../linearEngine.ts'
import { compileRe2 } from '../re2.ts'

// Run before every test file: tests evaluate expressions at once, where a shell would have waited for the engine.
installLinearEngine(compileRe2)
