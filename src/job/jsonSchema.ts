import type { Json, JsonObject } from '../columnar/json.ts'
import { expressionLengthMax } from './checkConfig.ts'
import type { ConfigField } from './configField.ts'
import { jobShape } from './envelope.ts'
import type { OperatorDefinition } from './operatorDefinition.ts'
import type { Shape } from './shape.ts'

/**
 * The published JSON Schema (2020-12) of a job, from the same data that checks it: the envelope's shape and every operator's fields.
 *
 * It says what form a document has. What a schema cannot say (columns exist, expressions have a type, the graph has no cycle) is said by
 * `millrace validate`.
 */
export function jobSchema(definitions: readonly OperatorDefinition[]): JsonObject {
  const envelope = schemaOfShape(jobShape) as { readonly properties: Record<string, JsonObject> } & JsonObject
  const operators = envelope.properties.operators as JsonObject
  const operator = operators.items as { readonly properties: Record<string, Json> } & JsonObject
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:millrace:job:1',
    title: 'Millrace job, format 1',
    ...envelope,
    properties: {
      ...envelope.properties,
      operators: {
        ...operators,
        items: {
          ...operator,
          properties: { ...operator.properties, kind: { enum: definitions.map((definition) => definition.kind) } },
          allOf: definitions.map((definition) => ({
            if: { properties: { kind: { const: definition.kind } }, required: ['kind'] },
            // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
            then: { properties: { config: { $ref: `#/$defs/${definition.kind}` } } },
          })),
        },
      },
    },
    $defs: {
      ...Object.fromEntries(definitions.map((definition) => [definition.kind, { title: definition.title, description: definition.summary, ...schemaOfFields(definition.fields, {}) }])),
      text: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/secret' }] },
      secret: { type: 'object', description: 'A secret by name; its value is given where the job runs.', properties: { secret: { type: 'string' } }, required: ['secret'], additionalProperties: false },
    },
  }
}

function schemaOfShape(shape: Shape): JsonObject {
  switch (shape.kind) {
    case 'constant':
      return { const: shape.value }
    case 'text':
      return { type: 'string', maxLength: shape.lengthMax, ...(shape.pattern === undefined ? {} : { pattern: shape.pattern.source }), ...described(shape) }
    case 'integer':
      return { type: 'integer', minimum: shape.min, maximum: shape.max, ...(shape.default === undefined ? {} : { default: shape.default }), ...described(shape) }
    case 'number':
      return { type: 'number', ...described(shape) }
    case 'boolean':
      return { type: 'boolean', ...(shape.default === undefined ? {} : { default: shape.default }), ...described(shape) }
    case 'choice':
      return { enum: shape.choices, ...(shape.default === undefined ? {} : { default: shape.default }), ...described(shape) }
    case 'list':
      return { type: 'array', maxItems: shape.countMax, items: schemaOfShape(shape.item), ...described(shape) }
    case 'record':
      return { type: 'object', additionalProperties: schemaOfShape(shape.value), ...described(shape) }
    case 'json':
      return { ...(shape.object === true ? { type: 'object' } : {}), ...described(shape) }
    case 'object':
      return {
        type: 'object',
        ...described(shape),
        properties: Object.fromEntries(Object.entries(shape.keys).map(([key, entry]) => [key, schemaOfShape(entry.shape)])),
        required: Object.keys(shape.keys).filter((key) => {
          const entry = shape.keys[key]!
          return !entry.optional && !(entry.shape.kind === 'json' && entry.shape.absent !== undefined)
        }),
        additionalProperties: false,
      }
  }
}

function described(shape: { readonly help?: string }): JsonObject {
  return shape.help === undefined ? {} : { description: shape.help }
}

function schemaOfFields(fields: readonly ConfigField[], first: JsonObject): JsonObject {
  const required = [
    ...Object.keys(first),
    // A field that others can hide is required only while it shows, which a schema of one object cannot say.
    ...fields.filter((field) => field.optional !== true && field.showWhen === undefined).map((field) => field.key),
  ]
  return {
    type: 'object',
    properties: { ...first, ...Object.fromEntries(fields.map((field) => [field.key, schemaOfField(field)])) },
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
}

function schemaOfField(field: ConfigField): JsonObject {
  return {
    title: field.label,
    ...(field.help === undefined ? {} : { description: field.help }),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...schemaOfControl(field),
  }
}

function schemaOfControl(field: ConfigField): JsonObject {
  const text = { type: 'string' }
  switch (field.control) {
    case 'text':
      if (field.pattern === undefined && field.maxLength === undefined) return { $ref: '#/$defs/text' }
      return {
        anyOf: [
          {
            type: 'string',
            ...(field.maxLength === undefined ? {} : { maxLength: field.maxLength }),
            ...(field.pattern === undefined ? {} : { pattern: `^(?:${field.pattern})$` }),
          },
          { $ref: '#/$defs/secret' },
        ],
      }
    case 'integer':
      return orUnbounded(integerSchema(field.min, field.max), field.unbounded)
    case 'duration':
      return orUnbounded(integerSchema(field.minMs ?? (field.signed === true ? undefined : 0), field.maxMs), field.unbounded)
    case 'boolean':
      return { type: 'boolean' }
    case 'choice':
      return { enum: field.choices.map((choice) => choice.value) }
    case 'column':
    case 'code':
      return text
    case 'expression':
      return { type: 'string', maxLength: expressionLengthMax }
    case 'columns':
      return { type: 'array', items: text, ...(field.minCount === undefined ? {} : { minItems: field.minCount }) }
    case 'columnSets':
      return { type: 'array', items: { type: 'array', items: text } }
    case 'namedExpressions':
      return {
        type: 'array',
        items: recordSchema({ name: text, expression: { type: 'string', maxLength: expressionLengthMax } }, ['name', 'expression']),
        ...(field.minCount === undefined ? {} : { minItems: field.minCount }),
      }
    case 'columnPairs':
      return { type: 'array', items: recordSchema({ left: text, right: text }, ['left', 'right']) }
    case 'orderBy':
      return {
        type: 'array',
        items: recordSchema({ column: text, direction: { enum: ['ASC', 'DESC'] } }, ['column']),
        ...(field.minCount === undefined ? {} : { minItems: field.minCount }),
      }
    case 'schema':
      return {
        type: 'array',
        minItems: 1,
        items:
          field.inferred === true
            ? recordSchema({ name: text, type: text }, ['name'])
            : { oneOf: [recordSchema({ name: text, type: text }, ['name', 'type']), recordSchema({ name: text, expression: text }, ['name', 'expression'])] },
      }
    case 'variant':
      return { oneOf: field.variants.map((variant) => ({ title: variant.label, ...schemaOfFields(variant.fields, { type: { const: variant.type } }) })) }
    case 'object':
      return schemaOfFields(field.fields, {})
    case 'rows':
      return { type: 'array' }
    case 'json':
      return { type: 'object' }
  }
}

function integerSchema(min: number | undefined, max: number | undefined): JsonObject {
  return { type: 'integer', ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) }
}

function orUnbounded(schema: JsonObject, unbounded: true | undefined): JsonObject {
  return unbounded === true ? { anyOf: [schema, { const: 'unbounded' }] } : schema
}

function recordSchema(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false }
}
