/** Small facts about numbers that several files need. */

/** A fraction of whole numbers in lowest terms. */
export const reduced = (numerator: number, denominator: number): readonly [number, number] => {
  let a = numerator
  let b = denominator
  while (b !== 0) [a, b] = [b, a % b]
  return [numerator / a, denominator / a]
}

/** Whether a number is strictly between 0 and 1. NaN is not. */
export const isOpenUnit = (value: number): boolean => value > 0 && value < 1

/** Whether a number is between 0 and 1, both included. NaN is not. */
export const isUnit = (value: number): boolean => value >= 0 && value <= 1

/** The sum, in the order given. */
export const sumOf = (values: ReadonlyArray<number>): number => {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index]!
  return sum
}

/** What a programmer's error says: `Cannot round stakes: step must be a positive number: current value is 0`. */
export const rangeError = (what: string, name: string, must: string, value: unknown): RangeError =>
  new RangeError(`Cannot ${what}: ${name} must be ${must}: current value is ${String(value)}`)
