/** The emit `fair`: the fair probabilities of every pair. */
import type { DevigMethod } from "@boltodds/odds"
import type { Emit } from "@boltodds/pipeline"
import { OddsIndex } from "../internal/OddsIndex.ts"
import { signalEmission } from "../internal/SignalEmission.ts"
import { SignalStream } from "../internal/SignalStream.ts"
import { signalView } from "../internal/signalView.ts"
import type { SignalSettings } from "../Settings.ts"
import type { Fair } from "./Fair.ts"
import { FairBoard, fairEnding } from "./FairBoard.ts"
import { fairCoalescing } from "./fairCoalescing.ts"
import { fairSettingsOf } from "./fairOf.ts"

/** Where fair probabilities are from. */
export interface ReferenceOptions {
  /** How the margin is taken out. Default `multiplicative`. */
  readonly method?: DevigMethod
  /**
   * Names of sportsbooks, or `consensus`, in order: the first that has all sides says it. Default pinnacle, ps3838,
   * consensus.
   */
  readonly reference?: ReadonlyArray<string>
  /** How many families a consensus needs. Default 3. */
  readonly minSportsbooks?: number
}

/** Options of {@link fair}. */
export interface FairOptions extends SignalSettings, ReferenceOptions {
  /** Whether controls are sent. Default true. */
  readonly control?: boolean
  /** The least change of a probability that is sent. Default 0.001. */
  readonly minStep?: number
  /** The least time between two records of a pair, in milliseconds. Default 1000. An ending does not wait. */
  readonly everyMillis?: number
}

/**
 * The fair probabilities of every pair by a reference: a sportsbook, or the mean of at least three families. See
 * {@link Fair}. Controls come between the records as in `changes`.
 */
export const fair = (options: FairOptions = {}): Emit<Fair> => {
  const { control = true, method, reference, minSportsbooks, minStep = 0.001, everyMillis = 1000, ...settings } =
    options
  const fairSettings = fairSettingsOf({ method, reference, minSportsbooks })
  return {
    name: "fair",
    needs: "book",
    takesRecords: true,
    open: () => {
      const index = new OddsIndex(settings)
      const stream = new SignalStream(index, new FairBoard(index, fairSettings, { minStep, everyMillis }), control)
      return signalEmission(stream, { withControls: control, hasDeadlines: true })
    },
    coalescing: fairCoalescing,
    orderKey: ({ key }) => key,
    view: (holds) => signalView(holds, viewRules),
  }
}

const viewRules = {
  isClosed: ({ fair }: Fair): boolean => fair === "closed",
  filtered: (record: Fair): Fair => {
    const { cause: _, ...rest } = record
    return { ...rest, ...fairEnding(record), reason: "filters" }
  },
  forgetsAny: true,
}
