/** What an exchange or a prediction market keeps, as worse odds. */
import { isDecimal } from "./decimal.ts"
import { isUnit, rangeError } from "./internal/numbers.ts"

/** Fees of one place. Those that are given all apply: first per contract, then on winnings, then on the stake. */
export interface Fee {
  /** The part of winnings that is kept, 0 to 1: 0.02 of a commission of 2 %. */
  readonly winnings?: number
  /** What is paid on top of a stake, as a part of it, 0 to 1. */
  readonly stake?: number
  /**
   * The factor c of a fee of c·p·(1 - p) for a contract that costs p and pays 1, 0 to 1. Rounding to cents depends on the
   * number of contracts and is left out: the true fee of a small order can be higher.
   */
  readonly contract?: number
}

/**
 * The decimal odds that are left after fees. Undefined where the odds are no price, and where nothing is left to win: a
 * bet that cannot win is no bet.
 *
 * - `contract` c at price p = 1/d: 1 / (p + c·p·(1 - p))
 * - `winnings` w: 1 + (d - 1)(1 - w)
 * - `stake` s: d / (1 + s)
 *
 * @throws RangeError where a fee is not between 0 and 1.
 *
 * @example
 * ```ts
 * import { netOdds } from "@boltodds/odds"
 *
 * netOdds(2, { winnings: 0.02 }) // 1.98
 * netOdds(2, { contract: 0.07 }) // 1.9323…
 * netOdds(1.01, { stake: 0.02 }) // undefined
 * ```
 */
export const netOdds = (decimal: number, fee: Fee): number | undefined => {
  const { winnings = 0, stake = 0, contract = 0 } = fee
  for (const [name, value] of [["winnings", winnings], ["stake", stake], ["contract", contract]] as const) {
    if (!isUnit(value)) throw rangeError("apply a fee", name, "between 0 and 1", value)
  }
  if (!isDecimal(decimal)) return undefined
  // Without a fee the odds are as they were, to the last digit.
  const price = 1 / decimal
  const perContract = contract === 0 ? decimal : 1 / (price + contract * price * (1 - price))
  const afterWinnings = winnings === 0 ? perContract : 1 + (perContract - 1) * (1 - winnings)
  const net = stake === 0 ? afterWinnings : afterWinnings / (1 + stake)
  return isDecimal(net) ? net : undefined
}
