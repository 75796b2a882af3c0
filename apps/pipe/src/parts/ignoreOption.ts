/** Unknown actions that are harmless, as an option of sources. */
import { isKnownAction } from "@boltodds/protocol"
import type { StateOptions } from "@boltodds/state"
import * as Schema from "effect/Schema"
import type { CommandLog } from "../log/Log.ts"

/** What a source may be told of unknown actions. */
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
      description: "Unknown actions that are harmless: their messages make nothing unverified. Default: none.",
    }),
  ),
}

/** The reducer's option for it, after `others`, which a recording may bring. Says in the log what is ignored. */
export const ignoring = (
  { ignore = [] }: IgnoreOptions,
  log: CommandLog["log"],
  others: ReadonlyArray<string> = [],
): Pick<StateOptions, "ignoredActions"> => {
  const all = [...new Set([...others, ...ignore])]
  if (all.length === 0) return {}
  log("info", `messages of these unknown actions are ignored: ${all.join(", ")}`)
  return { ignoredActions: all }
}
