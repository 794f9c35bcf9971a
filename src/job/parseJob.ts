import type { Json, JsonObject } from '../columnar/json.ts'
import { describeJson, isObject } from './checkConfig.ts'
import { documentBytesMax, jobShape } from './envelope.ts'
import type { Job } from './job.ts'
import { jsonDepthMax, lineAndColumn, readJson, spanOfValue } from '../columnar/jsonText.ts'
import { pathSegments } from '../columnar/jsonPath.ts'
import { currentVersion, migrate } from './migrations.ts'
import type { Finding, Problem, Report } from './problem.ts'
import { documentProblems } from './problemCatalogue.ts'
import { checkSecrets } from './secrets.ts'
import { rebuild, utf8Length } from './shape.ts'

/**
 * A job from text. Size, nesting, JSON, format, version, envelope, secrets: each gate reports what it finds and where, and the job is
 * rebuilt field by field from what passed, so nothing of the text's making reaches the rest of Millrace.
 *
 * All or nothing: with any error `job` is null, and whoever asked keeps what they had. Operator kinds and configs are not judged here (an unknown
 * kind is kept, `checkJob` reports it). A document from a newer version is read as far as it is understood, and only to be looked at.
 */
export interface ParsedJob {
  readonly job: Job | null
  /** From a newer version: may be shown and run, not edited and saved over. */
  readonly readOnly: boolean
  readonly problems: readonly Problem[]
}

export function parseJob(text: string): ParsedJob {
  const bytes = text.length * 3 > documentBytesMax ? utf8Length(text) : text.length
  if (bytes > documentBytesMax) {
    return refused({ ...documentProblems.tooLarge('The document', bytes, documentBytesMax, 'bytes', 'Keep large data in files and name them in the job.'), place: {} })
  }
  const read = readJson(text)
  if (read.kind === 'error') {
    const { kind, detail, line, column } = read.error
    const finding =
      kind === 'duplicate key'
        ? documentProblems.duplicateJsonKey(detail)
        : kind === 'depth'
          ? documentProblems.tooLarge('The document', jsonDepthMax + 1, jsonDepthMax, 'levels of nesting or more', 'Flatten it.')
          : documentProblems.notJson(detail)
    return refused({ ...finding, place: { line, column } })
  }
  const parsed = jobOfJson(read.value)
  if (parsed.problems.length === 0) return parsed
  return { ...parsed, problems: parsed.problems.map((problem, i) => (i < problemsWithLineMax ? withLine(problem, text) : problem)) }
}

/** Finding a line means reading the text again; nobody reads further down a list than this. */
const problemsWithLineMax = 50

/** A job from JSON that is already read, such as what a store or the clipboard held. Nesting must be bounded by whoever read it. */
export function jobOfJson(json: Json): ParsedJob {
  if (!isObject(json)) return refused({ ...documentProblems.notAJob(`missing (the document is ${describeJson(json)})`), place: {} })
  if (json.format !== 'millrace/job') return refused({ ...documentProblems.notAJob(json.format === undefined ? 'missing' : describeJson(json.format)), place: { path: 'format' } })
  const version = json.version
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    return refused({ ...documentProblems.unknownVersion(version === undefined ? 'missing' : describeJson(version)), place: { path: 'version' } })
  }
  const problems: Problem[] = []
  const report: Report = (path, { code, severity, message }: Finding) => void problems.push({ code, severity, message, place: path === '' ? {} : { path } })
  const readOnly = version > currentVersion
  if (readOnly) report('version', documentProblems.newerVersion(version, currentVersion))
  const document: JsonObject = readOnly ? json : migrate(json, version)
  // What a newer version changed is not the reader's fault: it is left out and said.
  const reportShape: Report = readOnly ? (path, finding) => report(path, { ...finding, severity: 'warning' }) : report
  const job = rebuild(document, jobShape, '', reportShape, readOnly ? 'warn' : 'error') as unknown as Job | undefined
  if (job !== undefined) {
    const seen = new Set<string>()
    job.operators.forEach((operator, i) => {
      if (seen.has(operator.id)) report(`operators[${i}].id`, documentProblems.duplicateOperatorId(operator.id))
      seen.add(operator.id)
      checkSecrets(operator.config, `operators[${i}].config`, report)
    })
  }
  const sound = job !== undefined && !problems.some((problem) => problem.severity === 'error')
  return { job: sound ? job : null, readOnly, problems }
}

function refused(problem: Problem): ParsedJob {
  return { job: null, readOnly: false, problems: [problem] }
}

/** Problems of a text also say the line, for editors and for people with a file open. */
function withLine(problem: Problem, text: string): Problem {
  if (problem.place.path === undefined || problem.place.line !== undefined) return problem
  const span = spanOfValue(text, pathSegments(problem.place.path))
  return span === null ? problem : { ...problem, place: { ...problem.place, ...lineAndColumn(text, span.start) } }
}

