/**
 * What runs inside the sandbox around the user's code: JavaScript as text, because it is compiled there and not here.
 *
 * It turns columns that come in as JSON into rows, calls the user's `onRow` and `onTimer`, and gives back what they emitted as columns of JSON: one string in and one out for a few hundred rows, since
 * every crossing costs more than a row. It also makes what is not determined by rows determined: `Math.random` has a seed, `Date` without arguments is the operator's time and knows no time zone but UTC.
 *
 * Nothing it says is believed outside: the user's code lives in the same place and could change any of it. Types are checked by the host (`guestValues.ts`).
 */
export const guestSource = `
(function (setup, progress) {
  'use strict'
  const config = JSON.parse(setup)
  const { parse, stringify } = JSON
  const ownKeys = Object.keys, owns = Object.prototype.hasOwnProperty
  const at = new Int32Array(progress)
  const names = config.names, types = config.types, outNames = config.outNames
  const known = new Set(outNames)

  // Chance.
  let [a, b, c, d] = config.random
  const uint32 = () => {
    const t = b << 9
    let r = Math.imul(b, 5)
    r = Math.imul((r << 7) | (r >>> 25), 9)
    c ^= a; d ^= b; b ^= c; a ^= d; c ^= t
    d = (d << 11) | (d >>> 21)
    return r >>> 0
  }
  Object.defineProperty(Math, 'random', { value: function random() { return (uint32() >>> 5) / 134217728 + (uint32() >>> 6) / 9007199254740992 }, writable: true, configurable: true })

  // Time.
  let now = 0
  const Real = Date
  const readAsUtc = (text) => {
    if (/(?:Z|[+-]\\d\\d:?\\d\\d|GMT|UTC)\\s*\\)?$/i.test(text) || /^[+-]?\\d{4,6}(?:-\\d\\d){0,2}$/.test(text)) return Real.parse(text)
    return Real.parse(/\\dT\\d/.test(text) ? text + 'Z' : text + ' UTC')
  }
  function Frozen(...args) {
    if (new.target === undefined) return new Real(now).toUTCString()
    if (args.length === 0) return Reflect.construct(Real, [now], new.target)
    if (args.length > 1) return Reflect.construct(Real, [Real.UTC(...args)], new.target)
    return Reflect.construct(Real, [typeof args[0] === 'string' ? readAsUtc(args[0]) : args[0]], new.target)
  }
  Object.defineProperty(Frozen, 'name', { value: 'Date' })
  Object.defineProperty(Frozen, 'prototype', { value: Real.prototype, writable: false })
  Frozen.now = () => now
  Frozen.UTC = Real.UTC
  Frozen.parse = (text) => readAsUtc(String(text))
  const dates = Real.prototype
  dates.constructor = Frozen
  for (const part of ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']) {
    dates['get' + part] = dates['getUTC' + part]
    if (part !== 'Day') dates['set' + part] = dates['setUTC' + part]
  }
  dates.getTimezoneOffset = () => 0
  for (const name of ['toString', 'toDateString', 'toTimeString', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) dates[name] = dates.toUTCString
  globalThis.Date = Frozen

  // What the code may say, and when it asks to be called again.
  const said = []
  const log = (...parts) => {
    if (said.length === config.logLines) said.shift()
    said.push(parts.map((part) => { try { return typeof part === 'string' ? part : stringify(part) ?? String(part) } catch { return String(part) } }).join(' ').slice(0, config.logChars))
  }
  globalThis.log = log
  globalThis.console = { log, info: log, warn: log, error: log, debug: log }
  let slot = -1
  let timers = []
  if (config.timers) {
    globalThis.setTimer = (time) => {
      const ms = time instanceof Real ? time.getTime() : time
      if (typeof ms !== 'number' || !Number.isFinite(ms)) throw new TypeError('setTimer takes a time in milliseconds; found ' + String(time))
      timers.push(slot, Math.ceil(ms))
    }
  }

  // Values.
  const decode = (type, value) => {
    if (value === null) return null
    switch (type.k) {
      case 'double': return typeof value === 'string' ? Number(value) : value
      case 'bigint': return typeof value === 'string' ? BigInt(value) : value
      case 'array': return value.map((element) => decode(type.e, element))
      case 'pairs': return value.map((pair) => [decode(type.e, pair[0]), decode(type.v, pair[1])])
      case 'row': {
        const row = {}
        type.f.forEach(([name, field], i) => put(row, name, decode(field, value[i])))
        return row
      }
      default: return value
    }
  }
  const put = (object, name, value) => {
    if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
    else object[name] = value
  }
  const encode = (value) => {
    switch (typeof value) {
      case 'undefined': return null
      case 'boolean': case 'string': return value
      case 'number': return Number.isFinite(value) && !Object.is(value, -0) ? value : { d: Object.is(value, -0) ? '-0' : String(value) }
      case 'bigint': return { b: String(value) }
      case 'object':
        if (value === null) return null
        if (value instanceof Real) return { t: encode(value.getTime()) }
        if (Array.isArray(value)) return value.map(encode)
        if (value instanceof Map) return { m: Array.from(value, ([key, entry]) => [encode(key), encode(entry)]) }
        if (value instanceof Set) return { s: Array.from(value, encode) }
        if (typeof value.then === 'function') return { x: 'a promise' }
        return { o: Object.keys(value).map((key) => [key, encode(value[key])]) }
      default: return { x: 'a ' + typeof value }
    }
  }
  const revive = (value) => {
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map(revive)
    if (value.d !== undefined) return Number(value.d)
    if (value.b !== undefined) return BigInt(value.b)
    if (value.t !== undefined) return new Real(revive(value.t))
    if (value.m !== undefined) return new Map(value.m.map(([key, entry]) => [revive(key), revive(entry)]))
    if (value.s !== undefined) return new Set(value.s.map(revive))
    const object = {}
    for (const [key, entry] of value.o) put(object, key, revive(entry))
    return object
  }

  // Rows.
  let columns = []
  let origins = []
  let current = 0
  // Code that names every column is written out: put together by name, a row costs three times as much.
  const keyText = (name) => (name === '__proto__' ? '["__proto__"]' : stringify(name))
  const rowOf = new Function('given', 'row', 'return {' + names.map((name, i) => keyText(name) + ': given[' + i + '][row]').join(', ') + '}')
  const ordinary = (value) => '(typeof ' + value + " === 'string' || (typeof " + value + " === 'number' && " + value + ' !== 0 && ' + value + ' - ' + value + ' === 0))'
  const append = new Function('columns', 'at', 'row', 'encode', 'let value\\n' + outNames.map((name, i) =>
    'value = row[' + stringify(name) + ']; columns[' + i + '][at] = ' + ordinary('value') + ' ? value : encode(value)').join('\\n'))
  const emit = (row) => {
    if (row === null || typeof row !== 'object' || Array.isArray(row)) throw new TypeError('emit takes an object with the output columns; found ' + (row === null ? 'null' : Array.isArray(row) ? 'an array' : typeof row))
    const keys = ownKeys(row)
    for (let i = 0; i < keys.length; i++) if (!known.has(keys[i])) throw new TypeError('there is no output column ' + keys[i] + '; the output columns are ' + outNames.join(', '))
    append(columns, origins.length, row, encode)
    origins.push(current)
    if (origins.length > config.rowsMax) throw new RangeError('more than ' + config.rowsMax + ' rows were emitted at once')
  }
  const begin = () => {
    columns = outNames.map(() => [])
    origins = []
    timers = []
  }
  const taken = () => stringify({ rows: origins, columns, timers })
  const states = new Map()
  const stateOf = (key) => {
    let state = states.get(key)
    if (state === undefined) states.set(key, (state = {}))
    return state
  }
  const isEmpty = (object) => {
    for (const name in object) if (owns.call(object, name)) return false
    return true
  }
  const settle = (result, key, state) => {
    if (result !== undefined && result !== null && typeof result.then === 'function') throw new TypeError('an async function is never waited for: take async away')
    if (key >= 0 && isEmpty(state)) states.delete(key)
  }

  let onRow, onTimer
  return {
    use: (functions) => {
      [onRow, onTimer] = functions
      if (onRow === undefined) throw new TypeError('the code has no function onRow(row, emit)')
      if (config.timers && onTimer === undefined) throw new TypeError('the code has no function onTimer(time, emit, state, key), though timers are turned on')
    },
    rows: (text) => {
      const input = parse(text)
      now = input.now
      begin()
      const given = input.columns
      for (let i = 0; i < given.length; i++) if (types[i].k !== 'plain' && !input.plain[i]) given[i] = given[i].map((value) => decode(types[i], value))
      for (let row = 0; row < input.count; row++) {
        at[0] = current = row
        slot = input.slots === null ? -1 : input.slots[row]
        const state = slot < 0 ? undefined : stateOf(slot)
        const result = onRow(rowOf(given, row), emit, state)
        if (result !== undefined || slot >= 0) settle(result, slot, state)
      }
      return taken()
    },
    timers: (text) => {
      const input = parse(text)
      now = input.now
      begin()
      for (let i = 0; i < input.times.length; i++) {
        at[0] = current = i
        slot = input.slots[i]
        const key = {}
        config.keyNames.forEach((name, column) => put(key, name, decode(config.keyTypes[column], input.keys[column][i])))
        const state = stateOf(slot)
        settle(onTimer(input.times[i], emit, state, key), slot, state)
      }
      return taken()
    },
    save: () => {
      const all = []
      for (const [key, state] of states) all.push([key, encode(state)])
      const bad = all.find(([, state]) => stringify(state).includes('{"x":'))
      return stringify({ all, random: [a, b, c, d], bad: bad === undefined ? -1 : bad[0] })
    },
    load: (text) => {
      const { all, random } = parse(text)
      for (const [key, state] of all) states.set(key, revive(state))
      if (random !== null) [a, b, c, d] = random
      return ''
    },
    said: () => stringify(said),
    held: () => String(states.size),
  }
})
`
