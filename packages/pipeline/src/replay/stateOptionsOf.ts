/** The options of the reducer in the header of a recording. */
import { Filters } from "@boltodds/protocol"
import { defaultStateLimits, type StateLimit, type StateLimits, type StateOptions } from "@boltodds/state"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The limits stand beside them, see {@link limitsOf}. */
type Options = Omit<StateOptions, "run" | "limits">

const atLeast = (least: number) => Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(least)))

const fields = {
  filters: Schema.optionalKey(Filters),
  term: atLeast(0),
  settleMillis: atLeast(0),
  heartbeatMillis: atLeast(1),
  pausedStaleMillis: atLeast(0),
  bookSilentMillis: atLeast(0),
  lateMillis: atLeast(1),
  lateForMillis: atLeast(0),
  ignoredActions: Schema.optionalKey(Schema.Array(Schema.String)),
  clockJumpMillis: atLeast(0),
} satisfies { readonly [Option in keyof Options]-?: unknown }

const isOptions: (value: unknown) => value is Options = Schema.is(Schema.Struct(fields))

/** Checks the options; fails with the reason. An unknown option is an error, because it changed the records. */
export const stateOptionsOf = (options: { readonly [option: string]: unknown }): Result.Result<Options, string> => {
  const unknown = Object.keys(options).find((name) => !(name in fields))
  if (unknown !== undefined) {
    return Result.fail(
      `unknown option ${JSON.stringify(unknown)}; a newer version of this program may know it`,
    )
  }
  return isOptions(options) ? Result.succeed(options) : Result.fail("an option of the reducer has an invalid value")
}

/**
 * The limits of a replay: the smaller ones of the recording (which give the same records) and of this process. A
 * recording from elsewhere must not fill the memory.
 */
export const limitsOf = (
  recorded: { readonly [limit: string]: number },
  own: Partial<StateLimits> = {},
): Pick<StateOptions, "limits"> => {
  const limits: { -readonly [Name in StateLimit]?: number } = {}
  for (const name of Object.keys(defaultStateLimits) as ReadonlyArray<StateLimit>) {
    const theirs = recorded[name]
    const isLimit = theirs !== undefined && Number.isInteger(theirs) && theirs >= 1
    const value = Math.min(isLimit ? theirs : defaultStateLimits[name], own[name] ?? defaultStateLimits[name])
    if (value !== defaultStateLimits[name]) limits[name] = value
  }
  return Object.keys(limits).length === 0 ? {} : { limits }
}
