/** Ways to break the rules of a lane. `pnpm mutants lane` tries them. */
import type { Mutant } from "../../../tools/Mutant.ts"

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
      from: `      in: this.#received + this.notices.made,`,
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
      file: `${lane}/reader/Notices.ts`,
      from: `(this.#isLossy && !this.#areReadersAware) || this.#hasUnsaidGame`,
      to: `false`,
    },
    {
      does: "a notice that was lost is not sent again",
      file: `${lane}/reader/Notices.ts`,
      from: `      else this.#takeBackNotice(loss)`,
      to: ``,
    },
    {
      does: "of a part of what is sent again the reader does not know that it is one",
      file: `${lane}/reader/Notices.ts`,
      from: `      this.#oweAgain()
    } else if`,
      to: `    } else if`,
    },
    {
      does: "news stands ahead of the beginning of a stream",
      file: `${lane}/delivery/Delivery.ts`,
      from: `    const start = notices.isLossy ? startOf(envelopes) : -1`,
      to: `    const start = notices.isLossy && this.#partition !== undefined ? startOf(envelopes) : -1`,
    },
    {
      does: "each try of a long outage adds another notice",
      file: `${lane}/delivery/DeliveryAttempts.ts`,
      from: `isDue ? this.#intake.ledger.renewed(fresh) : fresh`,
      to: `fresh`,
    },
    {
      does: "stored batches do not wait for the news",
      file: `${lane}/delivery/DeliveryAttempts.ts`,
      from: `        if (isDue) {`,
      to: `        if (isDue && attempt < 0) {`,
    },
    {
      does: "a later process is not told of a loss",
      file: `${lane}/reader/Notices.ts`,
      from: `    this.#mark(isLossy)`,
      to: `    if (!isLossy) this.#mark(isLossy)`,
    },
    {
      does: "readers who forgot at the beginning of a stream pass for warned",
      file: `${lane}/reader/Notices.ts`,
      from: `    if (!isToldBehind) this.#areReadersAware = false`,
      to: `    if (isToldBehind) this.#areReadersAware = false`,
    },
    {
      does: "what a processor held back goes ahead of the news",
      file: `${lane}/delivery/DeliveryAttempts.ts`,
      from: `const due = ledger.notices.takeDue(this.#intake.now())`,
      to: `const due = ledger.notices.takeDue(-Infinity).slice(1)`,
    },
    {
      does: "a new reader is sent nothing",
      file: `${lane}/delivery/DeliveryAttempts.ts`,
      from: `    if (error.isNewReader === true) ledger.notices.begin`,
      to: `    if (error.isNewReader === null) ledger.notices.begin`,
    },
  ].map((mutant) => ({ rule: "reports of losses", tests: laneTests, ...mutant }))),

  ...([
    {
      does: "asks all the time where there is nothing to tell",
      file: `${lane}/delivery/deliverAll.ts`,
      from: `    schedule().sent(intake.now())
    if (told === undefined) notices.loseEverything()
    if (told === undefined || told.length === 0) return none`,
      to: `    if (told === undefined) notices.loseEverything()
    if (told === undefined || told.length === 0) return none
    schedule().sent(intake.now())`,
    },
    {
      does: "a pause of more than a minute begins anew",
      file: `${lane}/reader/ResnapshotSchedule.ts`,
      from: `now - this.dueAt < lasting`,
      to: `now - this.#toldAt < lasting`,
    },
    {
      does: "what has grown too old is told",
      file: `${lane}/delivery/DeliveryAttempts.ts`,
      from: `this.#intake.wall() - since > (this.#maxAge ?? Infinity)`,
      to: `this.#intake.wall() < since`,
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
      file: `${lane}/reader/LostGames.ts`,
      from: `    return ids.size <= mostLostGames`,
      to: `    return ids.size > 0`,
    },
    {
      does: "a lost game is verified before it was sent again",
      file: `${lane}/delivery/DeliveryAttempts.ts`,
      from: `(envelope: Envelope<A>) => notices.isRestored(envelope)`,
      to: `(_: Envelope<A>) => false`,
    },
    {
      does: "what is older than a loss is believed after it",
      file: `${lane}/reader/LostGames.ts`,
      from: `for (const { lastSeq } of entry.losses.values()) if (value.seq <= lastSeq)`,
      to: `for (const { firstSeq } of entry.losses.values()) if (value.seq <= firstSeq)`,
    },
    {
      does: "what shares its number with a loss is believed after it",
      file: `${lane}/reader/LostGames.ts`,
      from: `if (value.seq <= lastSeq) return true`,
      to: `if (value.seq < lastSeq) return true`,
    },
    {
      does: "one session alone is told of a lost game",
      file: `${lane}/reader/Notices.ts`,
      from: `    return [loss, ...others.map(`,
      to: `    return [loss, ...others.slice(0, 0).map(`,
    },
    {
      does: "a resnapshot of a game hides what was lost of it since",
      file: `${lane}/reader/Notices.ts`,
      from: `some((id) => this.#isLostAgain(id))`,
      to: `some((id) => id === "")`,
    },
    {
      does: "a game begins anew without the record that says so",
      file: `${lane}/reader/Notices.ts`,
      from: `    if (this.#newsGames !== undefined && envelopes.some(mayMove)) {`,
      to: `    if (this.#newsGames === undefined && envelopes.some(mayMove)) {`,
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
      does: "what failed in one part is overtaken by the parts behind it",
      file: `${lane}/delivery/Delivery.ts`,
      from: `        if (this.#attempts.unfinished.length > 0) {`,
      to: `        if (this.#attempts.unfinished.length < 0) {`,
    },
    {
      does: "an opening that may have arrived cancels with its closing",
      file: `${lane}/stores/coalescing/Slot.ts`,
      from: `  if (value === undefined) return older.offered ? { ...newer, offered } : undefined`,
      to: `  if (value === undefined) return undefined`,
    },
    {
      does: "a move of a line goes behind all that waits",
      file: `${lane}/stores/coalescing/MergingSlots.ts`,
      from: `    } else this.put(rest, behind === undefined ? merged : inPlaceOf(behind, merged))
  }

  #game`,
      to: `    } else this.append(rest, behind === undefined ? merged : inPlaceOf(behind, merged))
  }

  #game`,
    },
    {
      does: "a resumption overtakes",
      file: `${lane}/stores/coalescing/MergingSlots.ts`,
      from: `    if (overtakes(change) || suspended) {`,
      to: `    if (overtakes(change) || suspended || change.change === "line_resumed") {`,
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
      from: `, ...this.linesOf(game)]`,
      to: `]`,
    },
    {
      does: "what waits is put ahead of what failed",
      file: `${lane}/stores/coalescing/coalescingStore.ts`,
      from: `    for (const slot of given) this.#slots.admit(slot)
`,
      to: `    for (const slot of given.filter(() => games.size > 1)) this.#slots.admit(slot)
`,
    },
  ].map((mutant) => ({ rule: "coalescing", tests: laneTests, ...mutant }))),
]
