/** From probabilities to American odds as books quote them. */

/**
 * A probability with the book's margin on top, as American odds text: signed, whole, |odds| from 100 to `limit`, even
 * money `"+100"`, coarser the longer the odds.
 */
export const americanPrice = (probability: number, margin: number, limit: number): string => {
  const asked = Math.min(Math.max(probability * (1 + margin), 0.0005), 0.9995)
  const exact = asked >= 0.5 ? (100 * asked) / (1 - asked) : (100 * (1 - asked)) / asked
  const step = exact < 200 ? 1 : exact < 500 ? 5 : exact < 1000 ? 10 : exact < 5000 ? 50 : 100
  const size = Math.min(Math.max(Math.round(exact / step) * step, 100), limit)
  return size === 100 || asked < 0.5 ? `+${size}` : `-${size}`
}

/**
 * 1 / (1 + e^-x) without `Math.exp`, which engines may round differently: a rational approximation of tanh, exact to
 * about 2 %, monotone on the range used. A simulated price need not be closer, but it must be the same everywhere.
 */
export const logistic = (x: number): number => {
  const half = Math.min(Math.max(x / 2, -4.9), 4.9)
  const square = half * half
  const tanh = (half * (135135 + square * (17325 + square * (378 + square)))) /
    (135135 + square * (62370 + square * (3150 + square * 28)))
  return 0.5 + 0.5 * Math.min(Math.max(tanh, -1), 1)
}
