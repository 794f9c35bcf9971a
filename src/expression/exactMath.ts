/**
 * Logarithms, powers, exponentials, sines, cosines and tangents to the last bit: the double that is nearest to the true result.
 *
 * A job must give Flink's digits, and the same ones in every browser. Flink takes Java's Math, which on x86-64 is a library that is wrong in the last bit about once in a thousand calls; JavaScript's Math is
 * wrong far more often, and differently from engine to engine. So a first guess by Math is put right here in double-double arithmetic: pairs of doubles that stand unevaluated for their sum, some 104 bits.
 * Angles beyond ±2^20 are left to Math, whose reduction by π is exact.
 *
 * Source of the arithmetic: Dekker 1971; Hida, Li, Bailey 2001 ("Library for double-double and quad-double arithmetic").
 */
let hi = 0
let lo = 0

const splitter = 134_217_729

/** a + b exactly. */
function addExactly(a: number, b: number): void {
  const sum = a + b
  const part = sum - a
  lo = a - (sum - part) + (b - part)
  hi = sum
}

/** a × b exactly. */
function multiplyExactly(a: number, b: number): void {
  const product = a * b
  const aWide = splitter * a
  const aHigh = aWide - (aWide - a)
  const aLow = a - aHigh
  const bWide = splitter * b
  const bHigh = bWide - (bWide - b)
  const bLow = b - bHigh
  lo = aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow
  hi = product
}

/** (aHi + aLo) + (bHi + bLo). */
function add(aHi: number, aLo: number, bHi: number, bLo: number): void {
  addExactly(aHi, bHi)
  const sum = hi
  const rest = lo
  addExactly(aLo, bLo)
  const low = lo
  addExactly(sum, rest + hi)
  addExactly(hi, lo + low)
}

/** (aHi + aLo) × (bHi + bLo). */
function multiply(aHi: number, aLo: number, bHi: number, bLo: number): void {
  multiplyExactly(aHi, bHi)
  addExactly(hi, lo + (aHi * bLo + aLo * bHi))
}

/** (aHi + aLo) ÷ (bHi + bLo). */
function divide(aHi: number, aLo: number, bHi: number, bLo: number): void {
  const first = aHi / bHi
  multiply(bHi, bLo, first, 0)
  add(aHi, aLo, -hi, -lo)
  const second = hi / bHi
  multiply(bHi, bLo, second, 0)
  const productHi = hi
  const productLo = lo
  multiply(bHi, bLo, first, 0)
  add(aHi, aLo, -hi, -lo)
  add(hi, lo, -productHi, -productLo)
  const third = hi / bHi
  addExactly(first, second)
  addExactly(hi, lo + third)
}

const ln2Hi = 0.693_147_180_559_945_3
const ln2Lo = 2.319_046_813_846_299_6e-17
const ln2Least = 5.707_708_438_416_212e-34
const inverseLn10Hi = 0.434_294_481_903_251_8
const inverseLn10Lo = 1.098_319_650_216_765e-17

/** 1/n! as pairs, for the series of exp, sin and cos. */
const inverseHi = new Float64Array(28).fill(1)
const inverseLo = new Float64Array(28)
for (let n = 1; n < inverseHi.length; n++) {
  divide(inverseHi[n - 1]!, inverseLo[n - 1]!, n, 0)
  inverseHi[n] = hi
  inverseLo[n] = lo
}

let exponent = 0

/** exp of a pair as a pair × 2^exponent. */
function exponential(aHi: number, aLo: number): void {
  exponent = Math.round(aHi / ln2Hi)
  multiply(ln2Hi, ln2Lo, -exponent, 0)
  add(aHi, aLo, hi, lo - ln2Least * exponent)
  // e^r is (e^(r/64))^64, and of e^(r/64) - 1 few terms are enough; without the 1 its squares lose nothing.
  const rHi = hi / 64
  const rLo = lo / 64
  let sumHi = inverseHi[11]!
  let sumLo = inverseLo[11]!
  for (let n = 10; n >= 1; n--) {
    multiply(sumHi, sumLo, rHi, rLo)
    add(hi, lo, inverseHi[n]!, inverseLo[n]!)
    sumHi = hi
    sumLo = lo
  }
  multiply(sumHi, sumLo, rHi, rLo)
  for (let i = 0; i < 6; i++) {
    const lessHi = hi
    const lessLo = lo
    multiply(lessHi, lessLo, lessHi, lessLo)
    add(hi, lo, 2 * lessHi, 2 * lessLo)
  }
  add(1, 0, hi, lo)
}

/** hi + lo times a power of two. Results below the normal numbers are Math's to give: rounding twice would spoil them. */
function scaled(value: number, power: number): number {
  return power > 1000 ? value * 2 ** 1000 * 2 ** (power - 1000) : power < -1000 ? value * 2 ** -1000 * 2 ** (power + 1000) : value * 2 ** power
}

/** ln of a positive, finite number as a pair. */
function logarithm(x: number): void {
  const guess = Math.log(x)
  // ln x = g + ln(x e^-g), and x e^-g is 1 but for some last bits.
  exponential(-guess, 0)
  multiply(hi, lo, scaled(x, exponent), 0)
  add(hi, lo, -1, 0)
  addExactly(guess, hi - (hi * hi) / 2 + lo)
}

const leastNormal = 2.225_073_858_507_201_4e-308

export function log(x: number): number {
  if (!(x >= leastNormal && x < Infinity) || x === 1) return Math.log(x)
  logarithm(x)
  return hi
}

export function log10(x: number): number {
  if (!(x >= leastNormal && x < Infinity) || x === 1) return Math.log10(x)
  logarithm(x)
  multiply(hi, lo, inverseLn10Hi, inverseLn10Lo)
  return hi
}

export function exp(x: number): number {
  if (!(Math.abs(x) < 708) || x === 0) return Math.exp(x)
  exponential(x, 0)
  return scaled(hi, exponent)
}

export function pow(x: number, y: number): number {
  const guess = x ** y
  const size = Math.abs(guess)
  if (!(size >= leastNormal && size < Infinity) || y === 1 || y === 0 || Math.abs(x) === 1 || Math.abs(x) < leastNormal) return guess
  logarithm(Math.abs(x))
  multiply(hi, lo, y, 0)
  exponential(hi, lo)
  const power = scaled(hi, exponent)
  return power === Infinity ? guess : guess < 0 ? -power : power
}

/** π/2 in parts of 33 bits, so that a small integer times any but the last is exact (fdlibm’s). */
const halfPi = [1.570_796_326_734_125_6, 6.077_100_506_303_966e-11, 2.022_266_248_711_166_5e-21, 8.478_427_660_368_9e-32] as const
const angleMax = 2 ** 20

let quadrant = 0

/** The angle within ±π/4 as a pair, and its quadrant. */
function reduced(x: number): void {
  const turns = Math.round(x / halfPi[0])
  quadrant = turns & 3
  addExactly(x, -turns * halfPi[0])
  add(hi, lo, -turns * halfPi[1], 0)
  add(hi, lo, -turns * halfPi[2], 0)
  add(hi, lo, -turns * halfPi[3], 0)
}

/** A sine (`from` 1) or cosine (`from` 0) of a pair within ±π/4, by its series. */
function series(rHi: number, rLo: number, from: 0 | 1): void {
  multiply(rHi, rLo, rHi, rLo)
  const squareHi = -hi
  const squareLo = -lo
  let sumHi = inverseHi[from + 26]!
  let sumLo = inverseLo[from + 26]!
  for (let n = from + 24; n >= 0; n -= 2) {
    multiply(sumHi, sumLo, squareHi, squareLo)
    add(hi, lo, inverseHi[n]!, inverseLo[n]!)
    sumHi = hi
    sumLo = lo
  }
  if (from === 1) multiply(sumHi, sumLo, rHi, rLo)
}

function isPlainAngle(x: number): boolean {
  const size = Math.abs(x)
  return size < angleMax && size > 1e-7
}

export function sin(x: number): number {
  if (!isPlainAngle(x)) return Math.sin(x)
  reduced(x)
  series(hi, lo, (quadrant & 1) === 0 ? 1 : 0)
  return quadrant >= 2 ? -hi : hi
}

export function cos(x: number): number {
  if (!isPlainAngle(x)) return Math.cos(x)
  reduced(x)
  series(hi, lo, (quadrant & 1) === 0 ? 0 : 1)
  return quadrant === 1 || quadrant === 2 ? -hi : hi
}

export function tan(x: number): number {
  if (!isPlainAngle(x)) return Math.tan(x)
  reduced(x)
  const rHi = hi
  const rLo = lo
  series(rHi, rLo, 1)
  const sineHi = hi
  const sineLo = lo
  series(rHi, rLo, 0)
  if ((quadrant & 1) === 0) divide(sineHi, sineLo, hi, lo)
  else divide(-hi, -lo, sineHi, sineLo)
  return hi
}
