/** The emit `best`: the best price of every selection. */
import type { Emit } from "@boltodds/pipeline"
import { OddsIndex } from "../internal/OddsIndex.ts"
import { signalEmission } from "../internal/SignalEmission.ts"
import { SignalStream } from "../internal/SignalStream.ts"
import { signalView } from "../internal/signalView.ts"
import type { Best } from "./Best.ts"
import { BestBoard, ending } from "./BestBoard.ts"
import { bestCoalescing } from "./bestCoalescing.ts"
import type { BestPricesOptions } from "./BestPrices.ts"

/**
 * The best price of every selection over all sportsbooks, of those that are live: see {@link Best}. Controls come between
 * them as in `changes`.
 */
export const best = ({ control = true, ...settings }: BestPricesOptions = {}): Emit<Best> => ({
  name: "best",
  needs: "book",
  takesRecords: true,
  open: () => {
    const index = new OddsIndex(settings)
    const stream = new SignalStream(index, new BestBoard(index), control)
    return signalEmission(stream, { withControls: control, hasDeadlines: false })
  },
  coalescing: bestCoalescing,
  orderKey: ({ key }) => key,
  view: (holds) => signalView(holds, viewRules),
})

const viewRules = {
  isClosed: ({ best }: Best): boolean => best === "closed",
  filtered: (record: Best): Best => {
    const { cause: _, ...rest } = record
    return { ...rest, ...ending(record), reason: "filters" }
  },
  forgetsAny: false,
}
