/** The distribution of values, in bounded memory. */

/** Neighboring steps differ by this factor, so a percentile is at most 1 % off. */
const factor = Math.log(1.02)

/** Values of either sign, kept in steps that grow with them: exact to 1 % beyond one, to one hundredth below. */
export class Spread {
  count = 0
  least = Infinity
  most = -Infinity
  readonly #steps = new Map<number, number>()

  add(value: number): void {
    this.count++
    if (value < this.least) this.least = value
    if (value > this.most) this.most = value
    const step = Math.sign(value) * Math.round(Math.log1p(Math.abs(value)) / factor)
    this.#steps.set(step, (this.#steps.get(step) ?? 0) + 1)
  }

  /** The percentile of the values; NaN without values. */
  percentile(percent: number): number {
    let left = Math.max(1, Math.ceil(this.count * percent / 100))
    for (const [step, amount] of [...this.#steps].sort(([a], [b]) => a - b)) {
      left -= amount
      if (left > 0) continue
      const value = Math.sign(step) * Math.expm1(Math.abs(step) * factor)
      return Math.min(this.most, Math.max(this.least, value))
    }
    return NaN
  }
}
