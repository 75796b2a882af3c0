/** Ways to show a price that is wrong as a good one. `pnpm mutants signals` tries them. */
import type { Mutant } from "../../../tools/allMutants.ts"

const signals = "packages/signals/src"
const tests = ["draws", "bestLaw", "bestEmit"].map((name) => `packages/signals/test/${name}.test.ts`)

export const mutants: ReadonlyArray<Mutant> = [
  {
    does: "an unverified price counts",
    file: `${signals}/internal/cells.ts`,
    from: `leg.net > 0 && leg.verified && leg.game.usable`,
    to: `leg.net > 0 && leg.game.usable`,
  },
  {
    does: "of two outcomes for one bet the better price counts",
    file: `${signals}/internal/cells.ts`,
    from: `worst === undefined || each.net < worst.net ||`,
    to: `worst === undefined || each.net > worst.net ||`,
  },
  {
    does: "the price of a bet counts whose other outcome is suspended or unverified",
    file: `${signals}/internal/cells.ts`,
    from: `    if (!isLivePrice(each)) return undefined`,
    to: `    if (!isLivePrice(each)) continue`,
  },
  {
    does: "prices of a partial game count",
    file: `${signals}/internal/OddsIndex.ts`,
    from: `if (partial || this.#isLossy || this.#staleSessions.has(session))`,
    to: `if (this.#isLossy || this.#staleSessions.has(session))`,
  },
  {
    does: "prices of a stale session count",
    file: `${signals}/internal/OddsIndex.ts`,
    from: `if (partial || this.#isLossy || this.#staleSessions.has(session))`,
    to: `if (partial || this.#isLossy)`,
  },
  {
    does: "prices of a stale sportsbook count",
    file: `${signals}/internal/OddsIndex.ts`,
    from: `this.#staleSportsbooks.has(gameId(session, sportsbook.name))`,
    to: `this.#staleSportsbooks.has(gameId(sportsbook.name, session))`,
  },
  {
    does: "prices count of an event that has home and away both ways round",
    file: `${signals}/internal/OddsIndex.ts`,
    from: `    if (event.flipped) return "flipped"
`,
    to: ``,
  },
  {
    does: "prices of a sportsbook count whose start is another game's",
    file: `${signals}/internal/OddsIndex.ts`,
    from: `    return event.offStart.has(sportsbook.name) ? "off_start" : undefined`,
    to: `    return undefined`,
  },
  {
    does: "what another session could not read makes a game unverified, and its own does not",
    file: `${signals}/internal/OddsIndex.ts`,
    from: `found?.session === session`,
    to: `found?.session !== session`,
  },
  {
    does: "torn pairs count",
    file: `${signals}/best/bestOf.ts`,
    from: `pair.torn || !pair.sportsbook.mayBet`,
    to: `!pair.sportsbook.mayBet`,
  },
  {
    does: "sportsbooks count where nobody bets",
    file: `${signals}/best/bestOf.ts`,
    from: `pair.torn || !pair.sportsbook.mayBet`,
    to: `pair.torn`,
  },
  {
    does: "prices are ranked before fees",
    file: `${signals}/best/bestOf.ts`,
    from: `a.net - b.net || decimalOf(b) - decimalOf(a)`,
    to: `decimalOf(a) - decimalOf(b)`,
  },
  {
    does: "a price that a harder bet contradicts has no warning",
    file: `${signals}/internal/verdicts.ts`,
    from: `const dominated = decimal > shortest`,
    to: `const dominated = decimal > 2 * shortest`,
  },
  {
    does: "sportsbooks that take no bets count",
    file: `${signals}/internal/Games.ts`,
    from: `    if (!sportsbook.facts.bettable) return undefined
`,
    to: ``,
  },
  {
    does: "a draw that was seen is forgotten when its game is closed",
    file: `${signals}/internal/Pasts.ts`,
    from: `    this.#unused.set(past.key, past)`,
    to: ``,
  },
  {
    does: "a draw that was seen is forgotten when a run sends all it has again",
    file: `${signals}/internal/OddsIndex.ts`,
    from: `if (this.#run === control.run) this`,
    to: `if (this.#run !== control.run) this`,
  },
  {
    does: "namesakes are one player",
    file: `${signals}/internal/Legs.ts`,
    from: `      if (known.forms.size > 1) known`,
    to: `      if (known.forms.size > 99) known`,
  },
  {
    does: "a reader of a slow lane believes what waited at a control that makes it forget",
    file: `${signals}/best/bestCoalescing.ts`,
    from: `    if (forgets === undefined || record.best === "closed") return record`,
    to: `    if (forgets !== undefined || record.best === "closed") return record`,
  },
  {
    does: "a lane does not say to an emit that what waits is stale",
    file: "packages/lane/src/stores/coalescing/precedence.ts",
    from: `ends: ["fresh"], invalidates: true`,
    to: `ends: ["fresh"], invalidates: false`,
  },
].map((mutant) => ({ rule: "best prices", tests, ...mutant })).concat([
  {
    does: "torn pairs are legs",
    file: `${signals}/opportunities/findings.ts`,
    from: `pair.torn || !pair.sportsbook.mayBet`,
    to: `!pair.sportsbook.mayBet`,
  },
  {
    does: "dominated prices are legs",
    file: `${signals}/opportunities/findings.ts`,
    from: `leg?.dominated === true ? undefined : leg`,
    to: `leg`,
  },
  {
    does: "legs are of one family",
    file: `${signals}/opportunities/findings.ts`,
    from: `chosen.some((other) => familyOf(other) === familyOf(leg))`,
    to: `chosen.includes(leg)`,
  },
  {
    does: "a price has a say in what it is worth",
    file: `${signals}/opportunities/findings.ts`,
    from: `fairOf(rung, fair, familyOf(leg))`,
    to: `fairOf(rung, fair)`,
  },
  {
    does: "sportsbooks may disagree on the start",
    file: `${signals}/opportunities/findings.ts`,
    from: `event.offStart.size > 0 || at < event.conflictUntil`,
    to: `at < event.conflictUntil`,
  },
  {
    does: "a start may have moved a moment ago",
    file: `${signals}/opportunities/findings.ts`,
    from: `event.offStart.size > 0 || at < event.conflictUntil`,
    to: `event.offStart.size > 0`,
  },
  {
    does: "what has just come is sent at once",
    file: `${signals}/opportunities/OpportunityBoard.ts`,
    from: `if (isHeir || confirmMillis === 0) this`,
    to: `if (isHeir || confirmMillis < 5000) this`,
  },
  {
    does: "what pays too much is believed",
    file: `${signals}/opportunities/OpportunityBoard.ts`,
    from: `else if ((found.miss ?? found.value) > this.#settings.suspicious) {`,
    to: `else if (found.miss === 99) {`,
  },
  {
    does: "sessions count that have not settled",
    file: `${signals}/opportunities/OpportunityBoard.ts`,
    from: `return !this.#unsettled.has(session) &&`,
    to: `return this.#settled === "all" || !this.#unsettled.has(session) ||`,
  },
  {
    does: "a change for the worse waits",
    file: `${signals}/opportunities/OpportunityBoard.ts`,
    from: `if (!isWorse && at < life`,
    to: `if (at < life`,
  },
  {
    does: "what ends with a control is closed after it",
    file: `${signals}/opportunities/OpportunityBoard.ts`,
    from: `if (!touches && forgetsOf(control) === undefined) return []`,
    to: `if (control.seq > 0) return []`,
  },
  {
    does: "torn pairs and dominated prices have a say in what is fair",
    file: `${signals}/fair/fairOf.ts`,
    from: `if (leg === undefined || leg.dominated) return null`,
    to: `if (leg === undefined) return null`,
  },
  {
    does: "sportsbooks of one family count twice",
    file: `${signals}/fair/fairOf.ts`,
    from: `const { family } = pair.sportsbook.facts`,
    to: `const family = pair.sportsbook.name`,
  },
].map((mutant) => ({
  rule: "opportunities",
  tests: ["packages/signals/test/opportunities.test.ts", "packages/signals/test/fair.test.ts"],
  ...mutant,
}))).concat([
  {
    does: "an opportunity is of a fair probability of a session that has not settled",
    file: `${signals}/opportunities/OpportunityBoard.ts`,
    from: `    return basis === undefined ||`,
    to: `    return legs.length > 0 ||`,
  },
  {
    does: "a leg that bets on something else counts as too short",
    file: `${signals}/opportunities/OpportunityBoard.ts`,
    from: `side !== found.sides[index] || `,
    to: ``,
  },
  {
    does: "a fair probability waits for its turn where one of its sportsbooks has no price any more",
    file: `${signals}/fair/FairBoard.ts`,
    from: ` && hasAll(fair, sent.record)`,
    to: ``,
  },
  {
    does: "a line that sportsbooks read in two ways is never known again",
    file: `${signals}/internal/Legs.ts`,
    from: `    if (odd.size === 0) rung.odd = undefined`,
    to: ``,
  },
].map((mutant) => ({
  rule: "lives of signals",
  tests: ["packages/signals/test/lives.test.ts", "packages/signals/test/fairLives.test.ts"],
  ...mutant,
}))).concat([
  {
    does: "a price of after the start is a closing price",
    file: `${signals}/closing/ClosingBoard.ts`,
    from: `      this.#due.add(anchor, watched)`,
    to: `      this.#due.add(anchor + 60_000, watched)`,
  },
  {
    does: "a price of a torn pair is a closing price",
    file: `${signals}/closing/ClosingBoard.ts`,
    from: `return pair.torn ? "torn" : undefined`,
    to: `return undefined`,
  },
  {
    does: "a price that does not count is shown as closing price",
    file: `${signals}/closing/ClosingBoard.ts`,
    from: `{ ...withoutPrice, odds_before:`,
    to: `{ ...withoutPrice, odds: shown.odds, odds_before:`,
  },
  {
    does: "a price of another game of the teams is a closing price",
    file: `${signals}/closing/ClosingBoard.ts`,
    from: `Math.abs(startsAt - at) > this.#index.maxSkewMillis) return "off_start"`,
    to: `Math.abs(startsAt - at) > Infinity) return "off_start"`,
  },
  {
    does: "another game of the teams takes the place of one that was taken away",
    file: `${signals}/closing/ClosingBoard.ts`,
    from: `if (before !== null && !hasAny(event, watched.near)) return`,
    to: ``,
  },
  {
    does: "closing prices of a start that has moved stay",
    file: `${signals}/closing/ClosingBoard.ts`,
    from: `if (watched.state === "closed") this.#withdraw`,
    to: `if (watched.state === "late") this.#withdraw`,
  },
  {
    does: "a start that is moved to the past has no record",
    file: `${signals}/closing/ClosingBoard.ts`,
    from: `      this.#missAll(watched, stamp, at, records)
`,
    to: ``,
  },
  {
    does: "a line that was taken away long ago is missing at the start",
    file: `${signals}/closing/ClosingBoard.ts`,
    from: `const removedMillis = 30 * 60_000`,
    to: `const removedMillis = 300 * 60_000`,
  },
  {
    does: "nothing says that a line was taken away before the start",
    file: `${signals}/closing/ClosingBoard.ts`,
    from: `    watched.removed.set(idOf(`,
    to: `    new Map<string, Removed>().set(idOf(`,
  },
  {
    does: "a stale feed is not distinguished from one that is unverified",
    file: `${signals}/closing/ClosingBoard.ts`,
    from: `return this.#index.isStale(game) ? "stale" : unusable`,
    to: `return unusable`,
  },
].map((mutant) => ({
  rule: "closing prices",
  tests: ["packages/signals/test/closing.test.ts", "packages/signals/test/closingLives.test.ts"],
  ...mutant,
})))
