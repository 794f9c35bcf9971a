import { bigintType, stringType, type DataType } from '../../columnar/dataType.ts'
import type { AggregateFunction, CallTypes, FunctionDefinition, Resolution } from '../functionDefinition.ts'
import { takes } from '../parameters.ts'

/**
 * The aggregates: what they take and give. How they accumulate is `aggregates/`. Result types are Flink's: SUM keeps an integer's type, AVG too (and truncates), SUM of DECIMAL(p, s)
 * is DECIMAL(38, s) and its AVG DECIMAL(38, max(s, 6)) (FlinkTypeSystem.deriveSumType, LogicalTypeMerging.findAvgAggType).
 */
function aggregate(entry: Omit<AggregateFunction, 'kind' | 'category'>): AggregateFunction {
  return { kind: 'aggregate', category: 'aggregate', ...entry }
}

/** FlinkTypeSystem.deriveAvgAggType, which the variances use too: a DECIMAL gets 38 digits and at least 6 after the point, the others stay what they are. */
function averageType(type: DataType): DataType {
  return type.kind === 'DECIMAL' ? { kind: 'DECIMAL', precision: 38, scale: Math.max(type.scale, 6), nullable: true } : type
}

const spreadNames = new Set(['VAR_POP', 'VAR_SAMP', 'STDDEV_POP', 'STDDEV_SAMP'])

/** Whether an aggregate is arithmetic over sums (see `aggregates.ts`). */
export function isSpread(name: string): boolean {
  return spreadNames.has(name)
}

/** One argument of any type that has an order. */
function ordered(call: CallTypes): Resolution {
  const [argument] = call.args
  if (call.args.length !== 1) return { problem: `${call.name} takes one argument, found ${call.args.length}. Write ${call.name}(column).` }
  switch (argument!.type.kind) {
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
    case 'ROW':
    case 'BYTES':
      return { problem: `${call.name} needs values that have an order; ${argument!.type.kind} has none. Use a field or an element of it.`, argument: 0 }
    case 'NULL':
      return { args: [stringType], result: stringType, nullable: true }
    default:
      return { args: [argument!.type], result: argument!.type, nullable: true }
  }
}

function spread(name: string, aliases: readonly string[], summary: string): AggregateFunction {
  return aggregate({
    name,
    aliases,
    signatures: [`${name}(number)`],
    summary,
    examples: [],
    resolve: (call) => {
      const resolution = takes([{ name: 'number', family: 'numeric' }], ([type]) => averageType(type!), true)(call)
      // The arithmetic is done in the result's type.
      return 'problem' in resolution ? resolution : { ...resolution, args: [resolution.result] }
    },
  })
}

export const aggregateFunctions: readonly FunctionDefinition[] = [
  aggregate({
    name: 'COUNT',
    signatures: ['COUNT(*)', 'COUNT([DISTINCT] value)'],
    summary: 'Number of rows, or of rows whose value is not NULL.',
    examples: [],
    resolve: (call) =>
      call.args.length > 1
        ? { problem: `COUNT takes one argument, found ${call.args.length}. Count rows with COUNT(*).` }
        : { args: call.args.map(({ type }) => (type.kind === 'NULL' ? stringType : type)), result: bigintType, nullable: false },
  }),
  aggregate({
    name: 'SUM',
    signatures: ['SUM([DISTINCT] number)'],
    summary: 'Sum of the values that are not NULL; NULL when there is none. Integers wrap.',
    examples: [],
    resolve: takes([{ name: 'number', family: 'numeric' }], ([type]) => (type!.kind === 'DECIMAL' ? { kind: 'DECIMAL', precision: 38, scale: type!.scale, nullable: true } : type!), true),
  }),
  aggregate({
    name: 'AVG',
    signatures: ['AVG([DISTINCT] number)'],
    summary: 'Mean of the values that are not NULL. The mean of integers is an integer, truncated toward zero: cast to DOUBLE for fractions.',
    examples: [],
    resolve: takes(
      [{ name: 'number', family: 'numeric' }],
      ([type]) => averageType(type!),
      true,
    ),
  }),
  aggregate({ name: 'MIN', signatures: ['MIN(value)'], summary: 'Least value that is not NULL. Texts compare byte by byte.', examples: [], resolve: ordered }),
  aggregate({ name: 'MAX', signatures: ['MAX(value)'], summary: 'Greatest value that is not NULL. Texts compare byte by byte.', examples: [], resolve: ordered }),
  aggregate({
    name: 'FIRST_VALUE',
    signatures: ['FIRST_VALUE(value)'],
    summary: 'First value to arrive that is not NULL.',
    examples: [],
    resolve: takes([{ name: 'value', family: 'any' }], ([type]) => type!, true),
  }),
  aggregate({
    name: 'LAST_VALUE',
    signatures: ['LAST_VALUE(value)'],
    summary: 'Last value to arrive that is not NULL.',
    examples: [],
    resolve: takes([{ name: 'value', family: 'any' }], ([type]) => type!, true),
  }),
  spread('VAR_POP', [], 'Population variance, computed in the type of the number: cast integers to DOUBLE for fractions.'),
  spread('VAR_SAMP', ['VARIANCE'], 'Sample variance, NULL for a single value; computed in the type of the number: cast integers to DOUBLE for fractions.'),
  spread('STDDEV_POP', [], 'Population standard deviation, computed in the type of the number: cast integers to DOUBLE for fractions.'),
  spread('STDDEV_SAMP', ['STDDEV'], 'Sample standard deviation, NULL for a single value; computed in the type of the number: cast integers to DOUBLE for fractions.'),
  aggregate({
    name: 'LISTAGG',
    signatures: ['LISTAGG(text [, separator])'],
    summary: 'The texts in order of arrival, with a separator (a comma unless given) between them.',
    examples: [],
    resolve: takes(
      [
        { name: 'text', family: 'character' },
        { name: 'separator', family: 'character', optional: true, literal: true },
      ],
      // Flink's type, though the text may be longer: it is not cut to it.
      ([type]) => type!,
      true,
    ),
  }),
  aggregate({
    name: 'COLLECT',
    signatures: ['COLLECT([DISTINCT] value)'],
    summary: 'A MULTISET of the values that are not NULL.',
    examples: [],
    resolve: takes([{ name: 'value', family: 'any' }], ([type]) => ({ kind: 'MULTISET', element: { ...type!, nullable: false } as DataType, nullable: false }), false),
  }),
]

