/** The least that several methods give: for who wants value to hold whichever method is right. */
import { devig, type DevigMethod, devigMethods, type DevigOptions, type NotApplicable } from "./devig.ts"

/** The least fair probability of each outcome. Not a distribution: the sum is at most that of the winners. */
export interface WorstCase {
  readonly _tag: "WorstCase"
  /** In the order of the prices. */
  readonly p: ReadonlyArray<number>
  /** The methods that apply; the others have no part in it. */
  readonly methods: ReadonlyArray<DevigMethod>
}

/** See {@link worstCase}. */
export interface WorstCaseOptions extends DevigOptions {
  /** The methods to take the least of; all by default. */
  readonly methods?: ReadonlyArray<DevigMethod>
}

/**
 * The least fair probability of each outcome over several methods. Methods that do not apply are left out; where none
 * applies the first one's reason is given.
 *
 * It is not for finding what a price is worth to both sides: the probabilities do not add up.
 *
 * @throws RangeError where `methods` is empty or `winners` is not a positive whole number.
 *
 * @example
 * ```ts
 * import { worstCase } from "@boltodds/odds"
 *
 * worstCase([0.8, 0.25], { methods: ["multiplicative", "power"] })
 * // { _tag: "WorstCase", p: [0.7619…, 0.2166…], methods: ["multiplicative", "power"] }
 * ```
 */
export const worstCase = (
  implied: ReadonlyArray<number>,
  { methods = devigMethods, ...options }: WorstCaseOptions = {},
): WorstCase | NotApplicable => {
  if (methods.length === 0) throw new RangeError("Cannot take the worst case: methods must not be empty")
  let reason: NotApplicable | undefined
  let least: Array<number> | undefined
  const applied: Array<DevigMethod> = []
  for (const method of methods) {
    const result = devig(implied, method, options)
    if (result._tag === "NotApplicable") {
      reason ??= result
      continue
    }
    applied.push(method)
    least = least === undefined ? [...result.p] : least.map((p, index) => Math.min(p, result.p[index]!))
  }
  return least === undefined ? reason! : { _tag: "WorstCase", p: least, methods: applied }
}
