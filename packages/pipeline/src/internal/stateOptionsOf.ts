/** The reducer's options in the header of a recording. */
import { Filters } from "@boltodds/protocol"
import type { StateOptions } from "@boltodds/state"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

type Options = Omit<StateOptions, "run">

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

/** Checks them; fails with the reason. One that is not known would have changed what was told. */
export const stateOptionsOf = (options: { readonly [option: string]: unknown }): Result.Result<Options, string> => {
  const unknown = Object.keys(options).find((name) => !(name in fields))
  if (unknown !== undefined) {
    return Result.fail(
      `the option ${JSON.stringify(unknown)} is not known; a newer version of this program may know it`,
    )
  }
  return isOptions(options) ? Result.succeed(options) : Result.fail("an option of the reducer has a value that is none")
}
