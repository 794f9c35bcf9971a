import { UsageError, type ExitCode, type Terminal } from '../terminal.ts'

/** Runs the measurements in bench/, all of them or those asked for. */
export async function benchEngine(only: readonly string[], peers: boolean, terminal: Terminal): Promise<ExitCode> {
  if (terminal.engineScript === null) throw new UsageError('error: bench needs the built command line: npm run build')
  const [{ bench, measurementNames, nexmarkNames }, { nodeLauncher }] = await Promise.all([import('../../../bench/main.ts'), import('../../runtime/launch/node.ts')])
  const unknown = only.find((name) => !measurementNames.includes(name) && !nexmarkNames.includes(name))
  if (unknown !== undefined) throw new UsageError(`error: there is no measurement ${JSON.stringify(unknown)}; there are ${measurementNames.join(', ')}, and the Nexmark queries ${nexmarkNames.join(', ')}`)
  const queries = only.filter((name) => nexmarkNames.includes(name))
  const measurements = only.filter((name) => measurementNames.includes(name))
  await bench({
    only: queries.length > 0 && !measurements.includes('nexmark') ? [...measurements, 'nexmark'] : measurements,
    queries: queries.length > 0 ? queries : nexmarkNames,
    peers,
    launcher: nodeLauncher(terminal.engineScript),
  })
  return 0
}
