/** Ways to break the rules of a lane. `pnpm mutants sink` tries them. */
import type { Mutant } from "../../../tools/Mutant.ts"

const sink = "packages/sink/src"
const sinkTests = ["packages/sink/test"]

export const mutants: ReadonlyArray<Mutant> = [
  ...([
    {
      does: "what a store still holds counts as delivered",
      file: `${sink}/internal/LaneCounters.ts`,
      from: `      enter(before - this.store.records)`,
      to: `      enter(before - this.store.records + 1)`,
    },
    {
      does: "what the lane isOwn itself is not counted as come in",
      file: `${sink}/internal/LaneCounters.ts`,
      from: `      in: this.#received + this.notices.made,`,
      to: `      in: this.#received,`,
    },
    {
      does: "all of a push is lost where a store has taken it, and then fails",
      file: `${sink}/internal/Intake.ts`,
      from: `envelopes.slice(Math.max(0, this.store.records - before))`,
      to: `envelopes.slice()`,
    },
    {
      does: "a store in memory remembers what it gave up",
      file: `${sink}/memoryStore.ts`,
      from: `    return end === this.#head ? none : this.#detach(end)[0]`,
      to: `    if (end === this.#head) return none
    const given = this.#detach(end)
    this.#taken.push(given)
    return given[0]`,
    },
    {
      does: "a lane that failed goes on taking what its deaf sink leaves",
      file: `${sink}/Lane.ts`,
      from: `      if (intake.closedBy === undefined || reason !== "closed") intake.close(reason)`,
      to: `      if (reason === "closed" || ended === undefined) intake.close(reason)`,
    },
  ].map((mutant) => ({ rule: "lane accounting", tests: sinkTests, ...mutant }))),

  ...([
    {
      does: "losses wait a second, whether readers know of any or not",
      file: `${sink}/internal/Notices.ts`,
      from: `(this.#isLossy && !this.#areReadersAware) || this.#hasUnsaidGame`,
      to: `false`,
    },
    {
      does: "a notice that was lost is not sent again",
      file: `${sink}/internal/Notices.ts`,
      from: `      else this.#takeBackNotice(loss)`,
      to: ``,
    },
    {
      does: "of a part of what is sent again nobody isOwn that it is one",
      file: `${sink}/internal/Notices.ts`,
      from: `      this.#oweAgain()
    } else if`,
      to: `    } else if`,
    },
    {
      does: "news stands ahead of the beginning of a stream",
      file: `${sink}/internal/Delivery.ts`,
      from: `    const start = notices.isLossy ? startOf(envelopes) : -1`,
      to: `    const start = notices.isLossy && this.#partition !== undefined ? startOf(envelopes) : -1`,
    },
    {
      does: "each try of a long outage adds another notice",
      file: `${sink}/internal/DeliveryAttempts.ts`,
      from: `isDue ? this.#intake.ledger.renewed(fresh) : fresh`,
      to: `fresh`,
    },
    {
      does: "stored batches do not wait for the news",
      file: `${sink}/internal/DeliveryAttempts.ts`,
      from: `        if (isDue) {`,
      to: `        if (isDue && attempt < 0) {`,
    },
    {
      does: "a later process is not sent of a loss",
      file: `${sink}/internal/Notices.ts`,
      from: `    this.#mark(isLossy)`,
      to: `    if (!isLossy) this.#mark(isLossy)`,
    },
    {
      does: "readers who forgot at the beginning of a streamCommand pass for warned",
      file: `${sink}/internal/Notices.ts`,
      from: `    if (!isToldBehind) this.#areReadersAware = false`,
      to: `    if (isToldBehind) this.#areReadersAware = false`,
    },
    {
      does: "what a processor held back goes ahead of the news",
      file: `${sink}/internal/DeliveryAttempts.ts`,
      from: `const due = ledger.notices.takeDue(this.#intake.now())`,
      to: `const due = ledger.notices.takeDue(-Infinity).slice(1)`,
    },
    {
      does: "a new reader is sent nothing",
      file: `${sink}/internal/DeliveryAttempts.ts`,
      from: `    if (error.isNewReader === true) ledger.notices.begin`,
      to: `    if (error.isNewReader === null) ledger.notices.begin`,
    },
  ].map((mutant) => ({ rule: "reports of losses", tests: sinkTests, ...mutant }))),

  ...([
    {
      does: "asks all the time where there is nothing to tell",
      file: `${sink}/internal/deliverAll.ts`,
      from: `    schedule().sent(intake.now())
    if (told === undefined) notices.loseEverything()
    if (told === undefined || told.length === 0) return none`,
      to: `    if (told === undefined) notices.loseEverything()
    if (told === undefined || told.length === 0) return none
    schedule().sent(intake.now())`,
    },
    {
      does: "a pause of more than a minute begins anew",
      file: `${sink}/internal/ResnapshotSchedule.ts`,
      from: `now - this.dueAt < lasting`,
      to: `now - this.#toldAt < lasting`,
    },
    {
      does: "what has grown too old is told",
      file: `${sink}/internal/DeliveryAttempts.ts`,
      from: `this.#intake.wall() - since > (this.#maxAge ?? Infinity)`,
      to: `this.#intake.wall() < since`,
    },
  ].map((mutant) => ({ rule: "resnapshots", tests: sinkTests, ...mutant }))),

  ...([
    {
      does: "a lost control of a session concerns its games alone",
      file: `${sink}/internal/lossScope.ts`,
      from: `isText(control.game) ? lostGame(fields) : "everything"`,
      to: `isText(control.game) ? lostGame(fields) : "nothing"`,
    },
    {
      does: "any number of games is unverified one by one",
      file: `${sink}/internal/LostGames.ts`,
      from: `    return ids.size <= mostLostGames`,
      to: `    return ids.size > 0`,
    },
    {
      does: "a lost game is verified before it was sent again",
      file: `${sink}/internal/DeliveryAttempts.ts`,
      from: `(envelope: Envelope<A>) => notices.isRestored(envelope)`,
      to: `(_: Envelope<A>) => false`,
    },
    {
      does: "what is older than a loss is believed after it",
      file: `${sink}/internal/LostGames.ts`,
      from: `for (const { lastSeq } of entry.losses.values()) if (value.seq <= lastSeq)`,
      to: `for (const { firstSeq } of entry.losses.values()) if (value.seq <= firstSeq)`,
    },
    {
      does: "what shares its number with a loss is believed after it",
      file: `${sink}/internal/LostGames.ts`,
      from: `if (value.seq <= lastSeq) return true`,
      to: `if (value.seq < lastSeq) return true`,
    },
    {
      does: "one session alone is sent of a lost game",
      file: `${sink}/internal/Notices.ts`,
      from: `    return [loss, ...others.map(`,
      to: `    return [loss, ...others.slice(0, 0).map(`,
    },
    {
      does: "a resnapshot of a game hides what was lost of it since",
      file: `${sink}/internal/Notices.ts`,
      from: `some((id) => this.#isLostAgain(id))`,
      to: `some((id) => id === "")`,
    },
    {
      does: "a game begins anew without the record that isOwn so",
      file: `${sink}/internal/Notices.ts`,
      from: `    if (this.#newsGames !== undefined && envelopes.some(mayMove)) {`,
      to: `    if (this.#newsGames === undefined && envelopes.some(mayMove)) {`,
    },
  ].map((mutant) => ({ rule: "lost games", tests: sinkTests, ...mutant }))),

  ...([
    {
      does: "is found again by a sink that is down",
      file: `${sink}/internal/BlockTimeout.ts`,
      from: `    if (this.#hasDelivered) this.isLost = false`,
      to: `    this.isLost = false`,
    },
    {
      does: "is found again while much still waits",
      file: `${sink}/internal/deliverAll.ts`,
      from: `    if (store.waiting === 0) intake.blockTimeout.emptied()`,
      to: `    intake.blockTimeout.emptied()`,
    },
    {
      does: "one wait is counted with the next",
      file: `${sink}/internal/BlockTimeout.ts`,
      from: `    this.#since = this.#options.now()`,
      to: `    if (this.#wait === 0) this.#since = this.#options.now()`,
    },
  ].map((mutant) => ({ rule: "block timeout", tests: sinkTests, ...mutant }))),

  ...([
    {
      does: "what failed in one part is overtaken by the parts behind it",
      file: `${sink}/internal/Delivery.ts`,
      from: `        if (this.#attempts.unfinished.length > 0) {`,
      to: `        if (this.#attempts.unfinished.length < 0) {`,
    },
    {
      does: "an opening that may have arrived cancels with its closing",
      file: `${sink}/internal/Slot.ts`,
      from: `  if (value === undefined) return older.offered ? { ...newer, offered } : undefined`,
      to: `  if (value === undefined) return undefined`,
    },
    {
      does: "a move of a line goes behind all that waits",
      file: `${sink}/internal/MergingSlots.ts`,
      from: `    } else this.put(rest, behind === undefined ? merged : inPlaceOf(behind, merged))
  }

  #game`,
      to: `    } else this.append(rest, behind === undefined ? merged : inPlaceOf(behind, merged))
  }

  #game`,
    },
    {
      does: "a resumption overtakes",
      file: `${sink}/internal/MergingSlots.ts`,
      from: `    if (overtakes(change) || suspended) {`,
      to: `    if (overtakes(change) || suspended || change.change === "line_resumed") {`,
    },
    {
      does: "what a invalidate overtakes stays as good as it was",
      file: `${sink}/internal/precedence.ts`,
      from: `"synced", "fresh"], invalidates: true }`,
      to: `"synced", "fresh"], invalidates: false }`,
    },
    {
      does: "a garbled game invalidates nothing that waits of its lines",
      file: `${sink}/internal/MergingSlots.ts`,
      from: `, ...this.linesOf(game)]`,
      to: `]`,
    },
    {
      does: "what waits is put ahead of what failed",
      file: `${sink}/coalescingStore.ts`,
      from: `    for (const slot of given) this.#slots.admit(slot)
`,
      to: `    for (const slot of given.filter(() => games.size > 1)) this.#slots.admit(slot)
`,
    },
  ].map((mutant) => ({ rule: "coalescing", tests: sinkTests, ...mutant }))),
]
