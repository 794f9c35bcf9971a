import * as fc from 'fast-check'

/**
 * Run before every test file: property tests draw the same programs each time, so that what breaks one is the change and not the draw.
 * `MILLRACE_SEED=7 npx vitest run …` asks for others; a failure prints the seed it was drawn from. A test that names a seed of its own keeps it.
 */
export const seed = Number(process.env['MILLRACE_SEED'] ?? 20_261_121)

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
