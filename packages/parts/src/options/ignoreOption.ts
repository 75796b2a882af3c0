/** Unknown actions to ignore, as an option of sources. */
import type { Log } from "@boltodds/config"
import { isKnownAction } from "@boltodds/protocol"
import type { StateOptions } from "@boltodds/state"
import * as Schema from "effect/Schema"

/** The option. */
export interface IgnoreOptions {
  readonly ignore?: ReadonlyArray<string>
}

const unknownAction = Schema.NonEmptyString.check(
  Schema.makeFilter((name) => !isKnownAction(name), { expected: "an action that this program does not know" }),
)

/** The field of {@link IgnoreOptions}. */
export const ignoreFields = {
  ignore: Schema.optionalKey(
    Schema.Array(unknownAction).annotate({
      description: "Unknown actions to ignore: their messages make nothing unverified. Default: none.",
    }),
  ),
}

/** The option of the reducer, with the actions of a recording (`others`) first. Logs which actions are ignored. */
export const ignoring = (
  { ignore = [] }: IgnoreOptions,
  log: Log,
  others: ReadonlyArray<string> = [],
): Pick<StateOptions, "ignoredActions"> => {
  const all = [...new Set([...others, ...ignore])]
  if (all.length === 0) return {}
  log("info", `messages of these unknown actions are ignored: ${all.join(", ")}`)
  return { ignoredActions: all }
}
