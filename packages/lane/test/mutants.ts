/** Ways to break the rules of a lane. `pnpm mutants lane` tries them. */
import type { Mutant } from "../../../tools/allMutants.ts"

const lane = "packages/lane/src"
const laneTests = ["packages/lane/test"]

export const mutants: ReadonlyArray<Mutant> = [
  ...([
    {
      does: "what a store still holds counts as delivered",
      file: `${lane}/counters/LaneCounters.ts`,
      from: `      enter(before - this.store.records)`,
      to: `      enter(before - this.store.records + 1)`,
    },
    {
      does: "what the lane makes itself is not counted as come in",
      file: `${lane}/counters/LaneCounters.ts`,
      from: `      in: this.#received + this.reader.made,`,
      to: `      in: this.#received,`,
    },
    {
      does: "all of a push is lost where a store has taken it, and then fails",
      file: `${lane}/input/Intake.ts`,
      from: `envelopes.slice(Math.max(0, this.store.records - before))`,
      to: `envelopes.slice()`,
    },
    {
      does: "a store in memory remembers what it gave up",
      file: `${lane}/stores/memory/memoryStore.ts`,
      from: `    return end === this.#head ? none : this.#detach(end)[0]`,
      to: `    if (end === this.#head) return none
    const given = this.#detach(end)
    this.#taken.push(given)
    return given[0]`,
    },
    {
      does: "a lane that failed goes on taking what its deaf sink leaves",
      file: `${lane}/Lane.ts`,
      from: `      if (intake.closedBy === undefined || reason !== "closed") intake.close(reason)`,
      to: `      if (reason === "closed" || ended === undefined) intake.close(reason)`,
    },
  ].map((mutant) => ({ rule: "lane accounting", tests: laneTests, ...mutant }))),

  ...([
    {
      does: "losses wait a second, whether readers know of any or not",
      file: `${lane}/reader/Reader.ts`,
      from: `(reader.totalLoss === "unreported" || hasUnreportedGame(reader) || now`,
      to: `(now`,
    },
    {
      does: "a report that was lost is not sent again",
      file: `${lane}/reader/Reader.ts`,
      from: `    next = toReport(next, [loss])
`,
      to: ``,
    },
    {
      does: "a resnapshot that arrived in part is not reported as one",
      file: `${lane}/reader/Reader.ts`,
      from: `next = reportAgain({ ...loseEverything(next), totalLoss: "unreported" })`,
      to: `next = loseEverything(next)`,
    },
    {
      does: "the report of a stored loss precedes the beginning of a stream",
      file: `${lane}/delivery/Delivery.ts`,
      from: `const start = mode === "fixed" && reader.lacksEverything ?`,
      to: `const start = mode === "fixed" && reader.lacksEverything && parallel !== undefined ?`,
    },
    {
      does: "each try of a long outage adds another report",
      file: `${lane}/delivery/Preparation.ts`,
      from: `isDue ? counters.renewed(envelopes) : envelopes`,
      to: `envelopes`,
    },
    {
      does: "stored batches do not wait for the reports",
      file: `${lane}/delivery/Preparation.ts`,
      from: `      return isDue
`,
      to: `      return isDue && attempt < 0
`,
    },
    {
      does: "a later process does not know about a loss",
      file: `${lane}/reader/LaneReader.ts`,
      from: `    if (before !== after) this.#mark(after)`,
      to: `    if (before !== after && !after) this.#mark(after)`,
    },
    {
      does: "a reader that forgot its gap at the beginning of a stream passes for one that knows of it",
      file: `${lane}/reader/Reader.ts`,
      from: `  if (start.isReportedAfter) return gapped`,
      to: `  if (!start.isReportedAfter) return gapped`,
    },
    {
      does: "what a processor held back precedes the reports",
      file: `${lane}/delivery/Preparation.ts`,
      from: `const due = reader.dueReport(now)`,
      to: `const due = reader.dueReport(-Infinity).slice(1)`,
    },
    {
      does: "a new reader is sent nothing",
      file: `${lane}/delivery/Delivery.ts`,
      from: `    if (error.isNewReader === true) reader.onNewReader`,
      to: `    if (error.isNewReader === null) reader.onNewReader`,
    },
  ].map((mutant) => ({ rule: "reports of losses", tests: laneTests, ...mutant }))),

  ...([
    {
      does: "asks all the time where there is nothing to send",
      file: `${lane}/delivery/deliverAll.ts`,
      from: `    schedule().sent(intake.now())
    if (records === undefined) reader.loseEverything()
    if (records === undefined || records.length === 0) return none`,
      to: `    if (records === undefined) reader.loseEverything()
    if (records === undefined || records.length === 0) return none
    schedule().sent(intake.now())`,
    },
    {
      does: "a pause of more than a minute begins anew",
      file: `${lane}/reader/ResnapshotSchedule.ts`,
      from: `now - this.dueAt < lasting`,
      to: `now - this.#sentAt < lasting`,
    },
    {
      does: "a resnapshot that has grown too old is sent",
      file: `${lane}/delivery/Preparation.ts`,
      from: `this.#intake.wall() - madeAt > this.#maxAge`,
      to: `this.#intake.wall() < madeAt`,
    },
  ].map((mutant) => ({ rule: "resnapshots", tests: laneTests, ...mutant }))),

  ...([
    {
      does: "a lost control of a session concerns its games alone",
      file: `${lane}/reader/lossScope.ts`,
      from: `isText(control.game) ? lostGame(fields) : "everything"`,
      to: `isText(control.game) ? lostGame(fields) : "nothing"`,
    },
    {
      does: "any number of games is unverified one by one",
      file: `${lane}/reader/GameLosses.ts`,
      from: `  return ids.size <= mostLostGames`,
      to: `  return ids.size > 0`,
    },
    {
      does: "a lost game is verified before it was sent again",
      file: `${lane}/delivery/Preparation.ts`,
      from: `(envelope: Envelope<A>) => reader.isRestored(envelope)`,
      to: `(_: Envelope<A>) => false`,
    },
    {
      does: "what is older than a loss is believed after it",
      file: `${lane}/reader/GameLosses.ts`,
      from: `for (const { lastSeq } of loss.losses.values()) if (value.seq <= lastSeq)`,
      to: `for (const { firstSeq } of loss.losses.values()) if (value.seq <= firstSeq)`,
    },
    {
      does: "what shares its number with a loss is believed after it",
      file: `${lane}/reader/GameLosses.ts`,
      from: `if (value.seq <= lastSeq) return true`,
      to: `if (value.seq < lastSeq) return true`,
    },
    {
      does: "a lost game is reported for one session only",
      file: `${lane}/reader/Reader.ts`,
      from: `    return [loss, ...others.map(`,
      to: `    return [loss, ...others.slice(0, 0).map(`,
    },
    {
      does: "a resnapshot of a game hides what was lost of it since",
      file: `${lane}/reader/Reader.ts`,
      from: `some((id) => isLostAgain(reader, resnapshot, id))`,
      to: `some((id) => id === "")`,
    },
    {
      does: "a game begins anew without the record that says so",
      file: `${lane}/reader/Reader.ts`,
      from: `  return reader.resnapshot?.games !== undefined && envelopes.some(mayMove)`,
      to: `  return reader.resnapshot?.games === undefined && envelopes.some(mayMove)`,
    },
  ].map((mutant) => ({ rule: "lost games", tests: laneTests, ...mutant }))),

  ...([
    {
      does: "is found again by a sink that is down",
      file: `${lane}/input/BlockTimeout.ts`,
      from: `    if (this.#hasDelivered) this.isLost = false`,
      to: `    this.isLost = false`,
    },
    {
      does: "is found again while much still waits",
      file: `${lane}/delivery/deliverAll.ts`,
      from: `    if (store.waiting === 0) intake.blockTimeout.emptied()`,
      to: `    intake.blockTimeout.emptied()`,
    },
    {
      does: "one wait is counted with the next",
      file: `${lane}/input/BlockTimeout.ts`,
      from: `    this.#since = this.#options.now()`,
      to: `    if (this.#wait === 0) this.#since = this.#options.now()`,
    },
  ].map((mutant) => ({ rule: "block timeout", tests: laneTests, ...mutant }))),

  ...([
    {
      does: "what failed in one part is overtaken by the parts after it",
      file: `${lane}/delivery/Delivery.ts`,
      from: `      if (unfinished.length > 0) {
        waitAgain`,
      to: `      if (unfinished.length < 0) {
        waitAgain`,
    },
    {
      does: "an opening that may have arrived cancels with its closing",
      file: `${lane}/stores/coalescing/Slot.ts`,
      from: `  if (value === undefined) return older.offered ? { ...newer, offered } : undefined`,
      to: `  if (value === undefined) return undefined`,
    },
    {
      does: "a move of a line goes to the end of what waits",
      file: `${lane}/stores/coalescing/MergingSlots.ts`,
      from: `return this.put(rest, waiting === undefined ? merged`,
      to: `return this.append(rest, waiting === undefined ? merged`,
    },
    {
      does: "a resumption overtakes",
      file: `${lane}/stores/coalescing/changeCoalescing.ts`,
      from: `  if (line.change === "line_suspended" || line.change === "line_closed") return "front"`,
      to: `  if (line.change !== "line_moved" && line.change !== "line_opened") return "front"`,
    },
    {
      does: "what an invalidating control overtakes stays as good as it was",
      file: `${lane}/stores/coalescing/precedence.ts`,
      from: `"synced", "fresh"], invalidates: true }`,
      to: `"synced", "fresh"], invalidates: false }`,
    },
    {
      does: "a garbled game invalidates nothing that waits of its lines",
      file: `${lane}/stores/coalescing/MergingSlots.ts`,
      from: `...this.ownedBy(scope), ...verifiedKey(control)]`,
      to: `...verifiedKey(control)]`,
    },
    {
      does: "what waits is put ahead of what failed",
      file: `${lane}/stores/coalescing/coalescingStore.ts`,
      from: `    for (const slot of given) this.#slots.admit(slot)
`,
      to: `    for (const slot of given.filter(() => owners.size > 1)) this.#slots.admit(slot)
`,
    },
  ].map((mutant) => ({ rule: "coalescing", tests: laneTests, ...mutant }))),
]
