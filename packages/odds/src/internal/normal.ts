/**
 * The normal distribution and its inverse, to nearly all digits of a double.
 *
 * The distribution uses the rational approximations of `erfc` in FreeBSD's `s_erf.c`:
 *
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc.
 * business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice
 * is preserved.
 *
 * The inverse is algorithm AS 241 (PPND16): M. J. Wichura, "The Percentage Points of the Normal Distribution", Applied
 * Statistics 37 (1988), 477-484.
 */

/** A polynomial by Horner's rule, the constant first. */
const polynomial = (x: number, coefficients: ReadonlyArray<number>): number => {
  let sum = 0
  for (let index = coefficients.length - 1; index >= 0; index--) sum = sum * x + coefficients[index]!
  return sum
}

const pp = [
  0.12837916709551256,
  -0.3250421072470015,
  -0.02848174957559851,
  -0.005770270296489442,
  -2.3763016656650163e-05,
]
const qq = [
  1,
  0.39791722395915535,
  0.0650222499887673,
  0.005081306281875766,
  0.00013249473800432164,
  -3.960228278775368e-06,
]
const erx = 0.8450629115104675
const pa = [
  -0.0023621185607526594,
  0.41485611868374833,
  -0.3722078760357013,
  0.31834661990116175,
  -0.11089469428239668,
  0.035478304325618236,
  -0.002166375594868791,
]
const qa = [
  1,
  0.10642088040084423,
  0.540397917702171,
  0.07182865441419627,
  0.12617121980876164,
  0.01363708391202905,
  0.011984499846799107,
]
const ra = [
  -0.009864944034847148,
  -0.6938585727071818,
  -10.558626225323291,
  -62.375332450326006,
  -162.39666946257347,
  -184.60509290671104,
  -81.2874355063066,
  -9.814329344169145,
]
const sa = [
  1,
  19.651271667439257,
  137.65775414351904,
  434.56587747522923,
  645.3872717332679,
  429.00814002756783,
  108.63500554177944,
  6.570249770319282,
  -0.0604244152148581,
]
const rb = [
  -0.0098649429247001,
  -0.799283237680523,
  -17.757954917754752,
  -160.63638485582192,
  -637.5664433683896,
  -1025.0951316110772,
  -483.5191916086514,
]
const sb = [
  1,
  30.33806074348246,
  325.7925129965739,
  1536.729586084437,
  3199.8582195085955,
  2553.0504064331644,
  474.52854120695537,
  -22.44095244658582,
]

const single = new Float32Array(1)

/** `erfc` of a number that is not negative. */
const erfcOf = (x: number): number => {
  if (x < 0.84375) return 1 - (x + x * polynomial(x * x, pp) / polynomial(x * x, qq))
  if (x < 1.25) return 1 - erx - polynomial(x - 1, pa) / polynomial(x - 1, qa)
  if (x >= 28) return 0
  const s = 1 / (x * x)
  const ratio = x < 1 / 0.35 ? polynomial(s, ra) / polynomial(s, sa) : polynomial(s, rb) / polynomial(s, sb)
  // The square of the upper half of x is exact: the exponent keeps its digits.
  single[0] = x
  const upper = single[0]
  return Math.exp(-upper * upper - 0.5625) * Math.exp((upper - x) * (upper + x) + ratio) / x
}

/** The probability that a standard normal number is at most x. */
export const normalBelow = (x: number): number => {
  const half = erfcOf(Math.abs(x) * Math.SQRT1_2) / 2
  return x > 0 ? 1 - half : half
}

/** The density of the standard normal distribution at x. */
export const normalDensity = (x: number): number => Math.exp(-x * x / 2) * 0.3989422804014327

const a = [
  3.3871328727963665,
  133.14166789178438,
  1971.5909503065513,
  13731.69376550946,
  45921.95393154987,
  67265.7709270087,
  33430.57558358813,
  2509.0809287301227,
]
const b = [
  1,
  42.31333070160091,
  687.1870074920579,
  5394.196021424751,
  21213.794301586597,
  39307.89580009271,
  28729.085735721943,
  5226.495278852854,
]
const c = [
  1.4234371107496835,
  4.630337846156546,
  5.769497221460691,
  3.6478483247632045,
  1.2704582524523684,
  0.2417807251774506,
  0.022723844989269184,
  0.0007745450142783414,
]
const d = [
  1,
  2.053191626637759,
  1.6763848301838038,
  0.6897673349851,
  0.14810397642748008,
  0.015198666563616457,
  0.0005475938084995345,
  1.0507500716444169e-09,
]
const e = [
  6.657904643501103,
  5.463784911164114,
  1.7848265399172913,
  0.29656057182850487,
  0.026532189526576124,
  0.0012426609473880784,
  2.7115555687434876e-05,
  2.0103343992922881e-07,
]
const f = [
  1,
  0.599832206555888,
  0.1369298809227358,
  0.014875361290850615,
  0.0007868691311456133,
  1.8463183175100548e-05,
  1.421511758316446e-07,
  2.0442631033899397e-15,
]

/** The number that a standard normal number is below with probability p, for p strictly between 0 and 1. */
export const normalQuantile = (p: number): number => {
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return q * polynomial(r, a) / polynomial(r, b)
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p))
  const x = r <= 5 ? polynomial(r - 1.6, c) / polynomial(r - 1.6, d) : polynomial(r - 5, e) / polynomial(r - 5, f)
  return q < 0 ? -x : x
}
