import type { Finding } from './problem.ts'

/**
 * Every sentence Millrace says about a job, in one place, with its code.
 *
 * An entry takes the values it names and gives a `Finding`: what is wrong, what was found, what was expected, and a way out. A sentence can
 * follow the operator's name ("Window aggregate "hourly totals": the time column …", see `describe`) and can stand alone, so it
 * does not name its own place. A code never changes its meaning; a retired code is not used again.
 *
 * MR-0xx document · MR-1xx operators, wiring, time rules · MR-2xx expressions (worded in `expression`) · MR-3xx data and files ·
 * MR-4xx running · MR-5xx export. Rooms add a section of their own below.
 */

function error(code: string, message: string): Finding {
  return { code, severity: 'error', message }
}
function warning(code: string, message: string): Finding {
  return { code, severity: 'warning', message }
}
function advice(code: string, message: string): Finding {
  return { code, severity: 'advice', message }
}

/** A name as people read it in a sentence; long ones are cut. */
function named(name: string): string {
  return `\`${name.length > 60 ? `${name.slice(0, 57)}...` : name}\``
}

/** At most six names of a list, so that a sentence stays one. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const shown = names.slice(0, 6).map(named).join(', ')
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown
}

function meant(found: string, known: readonly string[]): string {
  const near = nearest(found, known)
  return near === null ? '' : ` Did you mean ${named(near)}?`
}

/** MR-0xx: the document as text and as an envelope. */
export const documentProblems = {
  notJson: (detail: string) => error('MR-001', `The text is not JSON: ${detail}`),
  notUtf8: () => error('MR-001', 'The file is not UTF-8 text. Save it as UTF-8 and try again.'),
  tooLarge: (what: string, found: number, limit: number, unit: string, wayOut: string) =>
    error('MR-002', `${what} has ${found.toLocaleString('en')} ${unit}; at most ${limit.toLocaleString('en')} are accepted. ${wayOut}`),
  notAJob: (found: string) =>
    error('MR-003', `This is not a Millrace job: "format" is ${found}; a job has "format": "millrace/job". Choose a file that Millrace exported.`),
  newerVersion: (found: number, known: number) =>
    warning(
      'MR-004',
      `The job is written in format version ${found}; this Millrace knows up to ${known}. It is open read-only and parts may be missing; update Millrace to edit it.`,
    ),
  newerThanRunnable: (known: number) =>
    error('MR-004', `The job is written in a newer format version; this Millrace knows up to ${known} and could leave out what it does not know. Update Millrace; the page opens the job to be looked at.`),
  unknownVersion: (found: string) => error('MR-005', `"version" is ${found}; expected a whole number from 1 on. Use "version": 1.`),
  unknownKey: (key: string, known: readonly string[]) =>
    error('MR-006', `${named(key)} is not known here.${meant(key, known)} Known keys: ${listed(known)}. Remove it or correct its name.`),
  keyNotKept: (key: string) => warning('MR-006', `${named(key)} comes from a newer format version and is not shown.`),
  missingKey: (key: string, expected: string) => error('MR-007', `${named(key)} is missing; add ${expected}.`),
  wrongShape: (expected: string, found: string) => error('MR-008', `Expected ${expected}, found ${found}.`),
  badOperatorId: (found: string) =>
    error(
      'MR-009',
      `The operator id ${found} is not allowed: an id starts with a lower-case letter, then letters a-z, digits, "_" or "-", 63 characters at most. Choose another, for example "${idFrom(found)}".`,
    ),
  duplicateOperatorId: (id: string) => error('MR-010', `Two operators have the id ${named(id)}. Give each its own: ids name state, views and rows in a diff.`),
  literalSecret: (key: string) =>
    error(
      'MR-011',
      `${named(key)} looks like a secret. A job holds no secrets, because it is shared as text: write { "secret": "NAME" } and give NAME its value where the job runs.`,
    ),
  badSecretName: (found: string) =>
    error('MR-011', `A secret is referred to as { "secret": "NAME" }, with a name of letters, digits, ".", "_" or "-"; found ${found}.`),
  outOfRange: (found: string, range: string) => error('MR-012', `${found} is outside the allowed range: ${range}.`),
  unknownChoice: (found: string, choices: readonly string[]) => error('MR-013', `${found} is not known here; choose one of ${listed(choices)}.`),
  parallelismAboveMax: (parallelism: number, max: number) =>
    error(
      'MR-014',
      `The parallelism ${parallelism} is above maxParallelism ${max}, the number of key groups: some subtasks would never get a key. Lower the one or raise the other.`,
    ),
  unknownTimeZone: (zone: string) => error('MR-015', `The time zone ${named(zone)} is not known. Use an IANA name such as "UTC" or "Europe/Berlin", or "GMT+08:00".`),
  testOfUnknownOperator: (id: string, family: 'source' | 'sink', known: readonly string[]) =>
    error('MR-016', `The test names ${named(id)}, which is no ${family} of this job.${meant(id, known)} The job's ${family}s: ${listed(known)}.`),
  unreadable: (path: string, reason: string) => error('MR-018', `${path} cannot be read: ${reason}. Check the path.`),
  duplicateJsonKey: (key: string) => error('MR-017', `The key ${named(key)} appears twice in one object. Keep one of them.`),
} as const

/** MR-1xx: an operator's config against its fields. */
export const configProblems = {
  unknownKind: (kind: string) =>
    error('MR-101', `The operator kind ${named(kind)} is not known to this Millrace. The palette and the published schema (job-1.json) list the kinds it has.`),
  unknownField: (key: string, known: readonly string[]) =>
    error('MR-102', `The setting ${named(key)} is not known here.${meant(key, known)} Known settings: ${listed(known)}. Remove it or correct its name.`),
  missingField: (label: string, expected: string) => error('MR-103', `"${label}" is not set; it needs ${expected}.`),
  wrongShape: (label: string, expected: string, found: string) => error('MR-105', `"${label}" needs ${expected}, found ${found}.`),
  unknownChoice: (label: string, found: string, choices: readonly string[]) =>
    error('MR-106', `"${label}" is ${found}, which is not one of its choices: ${listed(choices)}.`),
  outOfRange: (label: string, found: string, range: string) => error('MR-107', `"${label}" is ${found}; it must be ${range}.`),
  tooFew: (label: string, found: number, least: number, what: string) =>
    error('MR-108', `"${label}" has ${found} ${found === 1 ? what : what.replace(/y$|$/, (end) => (end === 'y' ? 'ies' : 's'))}; it needs at least ${least}. Add one.`),
  notApplicable: (label: string) =>
    error('MR-109', `"${label}" has no meaning with the other settings of this operator, so it must not be set. Remove it, or change the setting that hides it.`),
} as const

/** MR-104 and MR-11x: columns, as rooms check them against their inputs. */
export const columnProblems = {
  /** The column is no TIMESTAMP or TIMESTAMP_LTZ at all. */
  timeColumnType: (column: string, type: string) =>
    error(
      'MR-104',
      `The time column ${named(column)} has type ${type}; event time needs TIMESTAMP. Convert it in a Project before this operator, for example \`TO_TIMESTAMP(${column})\`, or choose another column.`,
    ),
  /** The column is a timestamp, but not a time attribute any more (or yet). */
  notTimeAttribute: (column: string, timeColumns: readonly string[]) =>
    error(
      'MR-110',
      `The column ${named(column)} is a plain timestamp: no watermark belongs to it here. Time attributes of this input: ${listed(timeColumns)}. Set a watermark on it at the source, and pass it on unchanged: a computed column and a regular join turn a time attribute into a plain timestamp.`,
    ),
  unknownColumn: (column: string, columns: readonly string[]) =>
    error('MR-111', `There is no column ${named(column)} in the input.${meant(column, columns)} Its columns: ${listed(columns)}.`),
  duplicateColumn: (column: string) => error('MR-112', `The output would have two columns named ${named(column)}. Give one of them another name.`),
  emptyColumnName: () => error('MR-113', 'A column has no name. Give it one: any text of 1 to 200 characters.'),
  longColumnName: (length: number) => error('MR-113', `A column name has ${length} characters; at most 200 are allowed. Choose a shorter one.`),
  changelogInput: (title: string) =>
    error('MR-114', `${title} takes only inserts, but this input also brings updates and deletes. Put it before the operator that updates its result.`),
} as const

/** MR-12x, MR-13x: how operators are wired. */
export const wiringProblems = {
  inputMissing: (port: string, what: string) => error('MR-120', `The input ${named(port)}${what} is not connected. Draw an edge from an operator's output to it.`),
  tooManyEdges: (port: string, count: number) =>
    error('MR-121', `The input ${named(port)} has ${count} edges; it takes one. Merge the streams in a Union first, or remove an edge.`),
  unknownOperator: (id: string, ids: readonly string[]) =>
    error('MR-122', `The edge names the operator ${named(id)}, which is not in the job.${meant(id, ids)} Correct the id or remove the edge.`),
  unknownPort: (direction: 'input' | 'output', port: string, title: string, ports: readonly string[]) =>
    error(
      'MR-123',
      ports.length === 0
        ? `${title} has no ${direction}s, but the edge uses ${named(port)}. Remove the edge.`
        : `${title} has no ${direction} ${named(port)}; its ${direction}s: ${listed(ports)}. Connect the edge to one of them.`,
    ),
  duplicateEdge: (from: string, to: string) => error('MR-124', `The edge from ${named(from)} to ${named(to)} stands in the job twice. Remove one.`),
  selfLoop: (id: string) => error('MR-125', `The operator ${named(id)} feeds itself. Streams flow one way: remove the edge.`),
  cycle: (ids: readonly string[]) =>
    error('MR-126', `These operators feed each other in a circle: ${circle(ids)}. Streams flow one way: remove one of the edges.`),
  cycleOutside: (ids: readonly string[]) =>
    error('MR-133', `These operators feed each other in a circle that goes through a topic: ${circle(ids)}. Such a job never ends, because what it reads it writes again. Write to another topic, or let the source end where the topic ends when the run begins.`),
  disjoint: (pieces: readonly (readonly string[])[]) =>
    advice(
      'MR-127',
      `The job falls into ${pieces.length} pieces that share no edge (with ${listed(pieces.map((piece) => piece[0]!))}). They run side by side; put them into jobs of their own unless that is meant.`,
    ),
  noSink: () => warning('MR-128', 'Nothing leaves this job: it has no sink. Add one and connect it, for example Sink with the connector "collect".'),
  noOperators: () => warning('MR-129', 'The job has no operators yet. Add a source, then what it feeds.'),
  outputUnused: (port: string) => advice('MR-130', `The rows of the output ${named(port)} go nowhere. Connect it, or remove the operator.`),
  outputWithoutRows: (port: string) =>
    error('MR-131', `An edge leaves the output ${named(port)}, which this operator does not have as it is set. Remove the edge, or change the setting.`),
  parallelismUnused: (asked: number, used: number, source: boolean) =>
    advice(
      'MR-132',
      source
        ? `The parallelism ${asked} has no effect beyond ${used}: a subtask of a source needs a split to read, and there are ${used}. Set "splits" of the connector where it has that, or lower the setting.`
        : `The parallelism ${asked} has no effect: all rows must meet in one subtask here, because there is no key. Group by a column, or remove the setting.`,
    ),
} as const

// Sections of the rooms follow, one `export const <room>Problems` each, MR-140 on.

/** MR-14x: windows. */
export const windowProblems = {
  noWindow: (columns: readonly string[]) =>
    error(
      'MR-140',
      `There is no window: none is set, and the input has no \`window_start\` and \`window_end\` columns (its columns: ${listed(columns)}). Set a window, or feed this operator from one that gives windows.`,
    ),
  windowTwice: () =>
    advice(
      'MR-141',
      'A window is set although the input already carries `window_start` and `window_end`. That cuts the windows anew by the time column; leave the window out to use those of the input.',
    ),
  sizeNotMultiple: (what: 'slide' | 'step', size: string, part: string) =>
    error('MR-142', `The window size ${size} is not a multiple of the ${what} ${part}; Flink accepts only multiples. Change one of them.`),
  manyWindows: (windows: number) =>
    warning('MR-159', `Every row is in ${windows.toLocaleString('en')} windows, and each gives results of its own: the job may never get to its end. Make the step longer or the size shorter.`),
  offsetTooLarge: (offset: string, limit: string) =>
    error('MR-143', `The window offset ${offset} is not smaller than the size ${limit}. Windows repeat every size, so a smaller offset says the same.`),
  windowsDiffer: (left: string, right: string) =>
    error('MR-144', `The left input has ${left}, the right ${right}. A window join needs the same windows on both sides: set \`window\` here, or bring both sides to the same window.`),
  timeKindsDiffer: (left: string, leftType: string, right: string, rightType: string) =>
    error(
      'MR-145',
      `The time columns do not go together: ${named(left)} is ${leftType}, ${named(right)} is ${rightType}. Both must be event time of one type, or both processing time. Change the type at one of the sources.`,
    ),
  sessionPartition: (found: readonly string[], groupBy: readonly string[]) =>
    error(
      'MR-146',
      `Sessions of ${listed(found)} differ from the group ${listed(groupBy)}; a session belongs to one group here. Make the two lists equal, or leave "Sessions of" out.`,
    ),
  groupingSetColumn: (column: string, groupBy: readonly string[]) =>
    error('MR-147', `The grouping set names ${named(column)}, which is not in the group (${listed(groupBy)}). Add it to the group or remove it from the set.`),
  notGrouped: (column: string, groupBy: readonly string[]) =>
    error(
      'MR-156',
      `${named(column)} has many values in one group (${listed(groupBy)}). Put it into an aggregate such as MAX(${column}), or add it to the group.`,
    ),
  sessionGroupingSets: () =>
    error('MR-157', 'Grouping sets cannot be combined with session windows: each group has sessions of its own. Use one Window aggregate for each set.'),
  neitherGroupNorAggregate: () => error('MR-108', '"Aggregates" has 0 entries, and there is no group either, so the result has no columns. Add an aggregate such as COUNT(*), or group by a column.'),
  groupedByWindow: (column: string) =>
    error('MR-148', `${named(column)} is in every result of a window anyway. Remove it from the group.`),
  latenessUnsupported: (what: string) =>
    error('MR-149', `Allowed lateness has no meaning with ${what}: processing time is never late. Remove it, or use an event-time column.`),
  latenessNotExported: () =>
    warning('MR-149', 'Flink SQL has no allowed lateness for windows: the exported SQL drops rows that this job still takes. Raise the watermark delay at the source instead, or remove it.'),
} as const

/** MR-15x: joins, unions. */
export const joinProblems = {
  notComparable: (left: string, leftType: string, right: string, rightType: string) =>
    error(
      'MR-150',
      `${named(left)} (${leftType}) and ${named(right)} (${rightType}) cannot be compared. Convert one of them in a Project before the join, for example with CAST(... AS ${rightType}).`,
    ),
  boundsCrossed: (lower: string, upper: string) =>
    warning('MR-151', `The lower bound ${lower} is above the upper bound ${upper}, so no row can have a match. Swap them.`),
  everyPair: () =>
    advice('MR-152', 'No columns are equal in this join, so every row meets every other, all in one subtask. Add a pair of equal columns where the data has one.'),
  versionsNeedKey: () => error('MR-158', 'No columns are equal in this join, so there is no key that versions could belong to. Add a pair of equal columns: the key of the right side.'),
  unionTypes: (input: number, position: number, name: string, type: string, firstName: string, firstType: string) =>
    error(
      'MR-153',
      `Column ${position} of input ${input} is ${named(name)} ${type}, but the first input has ${named(firstName)} ${firstType} there. Inputs of a union match by position and type: bring them in line with a Project.`,
    ),
  unionWidth: (input: number, count: number, firstCount: number) =>
    error('MR-154', `Input ${input} has ${count} columns, the first input has ${firstCount}. Inputs of a union match by position and type: bring them in line with a Project.`),
  unionTime: (name: string, input: number) =>
    advice(
      'MR-155',
      `${named(name)} is event time in the first input but not in input ${input}, so it is a plain timestamp after the union and no window can use it.`,
    ),
} as const

/** MR-16x: sinks. */
export const sinkProblems = {
  keyNotUnique: (column: string) => error('MR-160', `The key names ${named(column)} twice. Remove one.`),
  keyTwice: () => error('MR-163', 'The sink has a key, and its columns are the key of each record: a topic of upserts. Remove "keyFields", or remove the key to write every row as a record of its own.'),
  noNumber: (column: string, type: string) => error('MR-162', `${named(column)} is of type ${type}, and a chart goes up by numbers. Choose a column of numbers, or count rows in an aggregate before.`),
} as const

/** MR-161: files of sources and sinks. */
export const fileProblems = {
  secretPath: () => error('MR-161', 'The path is a reference to a secret, and nothing resolves secrets where this job runs. Write the path itself; secrets stand in the options for Flink.'),
} as const

/** MR-17x, MR-30x: sources and the data they read. */
export const sourceProblems = {
  badType: (column: string, detail: string) => error('MR-170', `The type of ${named(column)} is not understood: ${detail}`),
  watermarkColumnType: (column: string, type: string) =>
    error(
      'MR-171',
      `The watermark column ${named(column)} has type ${type}; event time needs TIMESTAMP or TIMESTAMP_LTZ. Read it as TIMESTAMP(3), or add a computed column such as \`TO_TIMESTAMP(${column})\` and set the watermark on that.`,
    ),
  watermarkExpressionType: (type: string, columnType: string) =>
    error('MR-172', `The watermark expression gives ${type}, but the watermark column is ${columnType}. Write an expression of that type, for example the column minus an INTERVAL.`),
  noSuchData: (column: string, what: string, columns: readonly string[]) =>
    error('MR-173', `${what} has no column ${named(column)}.${meant(column, columns)} Its columns: ${listed(columns)}. Correct the name or remove the column.`),
  otherType: (column: string, type: string, what: string, expected: string) =>
    error('MR-174', `${what} gives ${named(column)} as ${expected}, not as ${type}. Declare it so, and convert it in a Project.`),
  splitsWithoutEnd: () => error('MR-175', 'A source without end cannot be divided into splits. Set a number of events, or use one split.'),
  badField: (column: string, detail: string) => error('MR-176', `The setting of ${named(column)} is not understood: ${detail}`),
  noPhysicalColumn: () => error('MR-177', 'All columns are computed, so there is nothing to read. Add a column with a type.'),
  computedKey: (column: string) => error('MR-178', `${named(column)} is computed, and the key of a topic stands in its records. Use columns that are read.`),
  upsertStart: () => error('MR-179', 'A topic with a key is read from its earliest offset: what holds is told by all of its records. Remove "startFrom", or remove the key to read every record as a row.'),
  unreadableRow: (row: number, reason: string) =>
    error('MR-300', `Row ${row} cannot be read: ${reason} Correct the row or the column's type, or set "When a row cannot be read" to skip.`),
  skippedRow: (row: number, reason: string) => warning('MR-300', `Row ${row} cannot be read and is left out: ${reason}`),
} as const

/** MR-19x: joins with a table as of a time. */
export const temporalProblems = {
  processingTime: (column: string) =>
    error('MR-190', `${named(column)} is processing time, and a temporal join looks versions up as of event time. Choose an event-time column, or use a Lookup join for the table as it is now.`),
  noVersionTime: (columns: readonly string[]) =>
    error('MR-191', `The right side has no event time, so its rows are no versions (its columns: ${listed(columns)}). Set a watermark at its source, or use a Regular join.`),
} as const

/** MR-18x: operators that rank rows. */
export const shapeProblems = {
  noCollection: (type: string) => error('MR-187', `This is of type ${type}, which has no elements. Use an ARRAY, a MAP or a MULTISET, for example SPLIT(text, ',').`),
  elementColumns: (found: number, parts: readonly string[]) => error('MR-188', `${found} ${found === 1 ? 'column is' : 'columns are'} named here, and an element has ${parts.length}: ${parts.join(', ')}. Name each of them.`),
  elementCast: (column: string, problem: string) => error('MR-189', `${named(column)} cannot be of this type: ${problem}`),
} as const

export const orderProblems = {
  orderedTwice: (column: string) => error('MR-180', `The order names ${named(column)} twice; the second can decide nothing. Remove it.`),
  notOrderable: (column: string, type: string) => error('MR-181', `${named(column)} is of type ${type}, which has no order. Order by one of its parts, computed in a Project before.`),
  partitionedTwice: (column: string) => error('MR-182', `${named(column)} stands twice here. Remove one.`),
  orderByTime: (columns: readonly string[]) =>
    error('MR-184', `The order must be one time attribute, ascending: this keeps the first or last row in time. Time attributes of this input: ${listed(columns)}. Use Top-N with one row to order by anything else.`),
  overOrder: (columns: readonly string[]) =>
    error('MR-185', `The order must be one time attribute, ascending: a row sees the rows before it in time. Time attributes of this input: ${listed(columns)}.`),
  framedPlace: (name: string) => error('MR-186', `${name} looks at all rows before, so the frame must not be limited. Choose all before, or compute it in an Over aggregate of its own.`),
  rankColumnTaken: (column: string) => error('MR-183', `The input already has a column ${named(column)}. Give the rank another name.`),
} as const

/** MR-192 to MR-197: row patterns. */
export const matchProblems = {
  badPattern: (detail: string) => error('MR-192', `The pattern is not understood: ${detail}`),
  badAfterMatch: (detail: string) => error('MR-193', detail),
  orderTime: (column: string, timeColumns: readonly string[]) =>
    error('MR-194', `${named(column)} is no time attribute, and the rows of a pattern follow each other in time. Put a time attribute first; those of this input: ${listed(timeColumns)}.`),
  timeDescending: (column: string) => error('MR-194', `The rows of a pattern follow each other forwards in time. Order by ${named(column)} ascending.`),
  notInPattern: (name: string, variables: readonly string[]) =>
    error('MR-195', `The pattern has no variable ${named(name)}.${meant(name, variables)} Its variables: ${listed(variables)}. Add it to the pattern, or use one of them.`),
  definedTwice: (name: string) => error('MR-196', `The variable ${named(name)} has two conditions. Join them with AND.`),
  skipsToItself: (name: string) =>
    error('MR-197', `${named(name)} is where every match begins, so the same match would be found again for ever. Skip to another variable, or use SKIP TO NEXT ROW.`),
} as const

/** MR-198 and MR-199: user code. */
export const functionProblems = {
  noOnRow: () => error('MR-198', 'The code has no function onRow, which is called for each row. Write function onRow(row, emit) { … }.'),
  noOnTimer: () => error('MR-198', 'Timers are turned on, and the code has no function onTimer. Write function onTimer(time, emit, state, key) { … }, or turn timers off.'),
  noType: (column: string) => error('MR-199', `The output column ${named(column)} has no type: what a function emits is not computed here. Give it a type such as STRING or BIGINT.`),
} as const

function circle(ids: readonly string[]): string {
  const shown = ids.length > 12 ? [...ids.slice(0, 11), `… ${ids.length - 11} more …`] : ids
  return [...shown, ids[0]!].join(' → ')
}

function idFrom(found: string): string {
  const id = found
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)
  return id === '' ? 'operator-1' : id
}

/** The known word nearest to what was written, when it is near enough to be a slip: at most a third of its letters differ. */
export function nearest(found: string, known: readonly string[]): string | null {
  if (found.length > 80) return null
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(found.length / 3)) + 1
  for (const word of known.slice(0, 500)) {
    if (Math.abs(word.length - found.length) >= bestDistance) continue
    const distance = editDistance(found.toLowerCase(), word.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = word
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein distance, given up at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const distance = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
      current.push(distance)
      if (distance < least) least = distance
    }
    if (least >= limit) return limit
    previous = current
  }
  return previous[b.length]!
}

/** MR-5xx: what keeps a job from being written for another engine. */
export const exportProblems = {
  notExportable: (target: string, why: string, alternative: string) => error('MR-500', `This cannot be exported to ${target}. ${why} ${alternative}`),
  unwritableText: (character: string) => error('MR-501', `This text holds ${character}, which no script can carry. Remove it.`),
  lineBreakInName: (name: string) => error('MR-502', `The name ${named(name.replaceAll(/[\r\n]/g, '↵'))} holds a line break, and Flink SQL has no way to write one in a name. Rename the column before it is exported.`),
  blankName: (name: string) => error('MR-504', `The name ${JSON.stringify(name)} is blank, and Flink refuses blank names of columns and fields. Rename it before it is exported.`),
  longDuration: (days: number) => error('MR-503', `A time of ${days} days stands here; Flink takes at most 999 days in a script. Make it shorter.`),
}
