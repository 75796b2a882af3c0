/** A processor of your own: the changes of games that have begun. */
import { DurationText, processorPlugin } from "@boltodds/config"
import { where } from "@boltodds/pipeline"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/**
 * Made of `where`, so that its reader is never left with a price that nobody corrects any more: a game that is put off
 * takes its lines back. Its clock is the time of the records: a replay gives the same. A line is emitted from its first
 * change after the start on; a game with an unknown start counts as not begun.
 */
export default processorPlugin({
  kind: "processor",
  name: "only_live_games",
  about: "Passes on the changes of games that have begun.",
  emits: ["changes"],
  config: Schema.Struct({
    before: Schema.optionalKey(
      DurationText.annotate({ description: "How long before the start it begins. Default 0s." }),
    ),
  }),
  make: ({ before = Duration.zero }) => () =>
    where(({ starts_at, at }) =>
      starts_at !== null && Date.parse(at) >= Date.parse(starts_at) - Duration.toMillis(before)
    ),
})
