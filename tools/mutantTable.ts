/**
 * Ways to break the rules that keep prices true, one at a time. Each must make a test fail: `pnpm mutants` tries.
 *
 * A mutant names one place of one file; where that text is gone or no longer alone, a test says so.
 */

/** One way to break something. */
export interface Mutant {
  /** The rule that it breaks. */
  readonly rule: string
  /** What it makes of it. */
  readonly does: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** The tests of which one must fail. */
  readonly tests: ReadonlyArray<string>
}

const state = "packages/state/src/internal"
const stateTests = ["packages/state"]
const connection = "packages/connection/src"
const connectionTests = [
  "packages/connection/test/Watch",
  "packages/connection/test/Session",
  "packages/connection/test/model",
]
const limiterTests = ["packages/connection/test/Limiter", "packages/connection/test/machineLimiter"]

const sink = "packages/sink/src"
const sinkTests = ["packages/sink/test"]

/** All of them, by rule. */
export const mutants: ReadonlyArray<Mutant> = [
  ...([
    {
      does: "a removal removes the game at every sportsbook",
      file: `${state}/messages.ts`,
      from: `    if (known !== undefined) closeGame(work, entry, known, "feed")`,
      to: `    for (const each of session.sportsbooks.values()) {
      const game = each.games.get(data.game)
      if (game !== undefined) closeGame(work, work.sportsbook(session, each.sportsbook), game, "feed")
    }`,
    },
    {
      does: "a sportsbook clear clears one sport only",
      file: `${state}/messages.ts`,
      from: `message.action === "book_clear" || game.sport === sport`,
      to: `game.sport === sport`,
    },
    {
      does: "a sport clear clears the whole book",
      file: `${state}/messages.ts`,
      from: `        message.action === "book_clear" || game.sport === sport || game.sport === ""`,
      to: `        sport !== undefined`,
    },
    {
      does: "a sport clear spares games whose sport nobody named",
      file: `${state}/messages.ts`,
      from: ` || game.sport === ""`,
      to: ``,
    },
    {
      does: "two sessions may own one game",
      file: `${state}/messages.ts`,
      from: `  if (work.core.sessions.size < 2) return false`,
      to: `  if (work.core.sessions.size < 9) return false`,
    },
    {
      does: "a line update verifies its whole game",
      file: `${state}/messages.ts`,
      from: `  touch(work, entry, game)
  let factsChanged = false
  if (known`,
      to: `  touch(work, entry, game)
  game.confirmedAt = work.core.moment
  let factsChanged = false
  if (known`,
    },
    {
      does: "a full message keeps the lines it leaves out",
      file: `${state}/messages.ts`,
      from: `  if (listed < before) {`,
      to: `  if (listed < 0) {`,
    },
    {
      does: "messages outside the filters are applied",
      file: `${state}/messages.ts`,
      from: `  if (session.match !== undefined && !passes(`,
      to: `  if (session.match === null && !passes(`,
    },
    {
      does: "what cannot be read of one game doubts nothing",
      file: `${state}/unread.ts`,
      from: `  own.invalidatedAt = work.invalidate()`,
      to: `  own.invalidatedAt = own.invalidatedAt`,
    },
    {
      does: "a late arrival brings a removed game back",
      file: `${state}/removals.ts`,
      from: `removal === undefined || at - removal.at`,
      to: `removal !== null || at - removal.at`,
    },
    {
      does: "removals are remembered for ever",
      file: `${state}/removals.ts`,
      from: `const rememberedMillis = 10_000`,
      to: `const rememberedMillis = Infinity`,
    },
    {
      does: "a clear is not remembered",
      file: `${state}/messages.ts`,
      from: `      rememberClear(work, entry, message.action`,
      to: `      if (at < 0) rememberClear(work, entry, message.action`,
    },
    {
      does: "a game of which something did not fit stays live",
      file: `${state}/limits.ts`,
      from: `own.invalidatedAt = work.invalidate()`,
      to: `own.invalidatedAt += 0`,
    },
  ].map((mutant) => ({ rule: "scope", tests: stateTests, ...mutant }))),

  ...([
    {
      does: "events of an older epoch are applied",
      file: `${state}/events.ts`,
      from: `event.epoch < session.epoch || (event.epoch === session.epoch && session.ended)`,
      to: `event.epoch === session.epoch && session.ended`,
    },
    {
      does: "events after the end of their epoch are applied",
      file: `${state}/events.ts`,
      from: `event.epoch < session.epoch || (event.epoch === session.epoch && session.ended)`,
      to: `event.epoch < session.epoch`,
    },
    {
      does: "a lost connection leaves all verified",
      file: `${state}/events.ts`,
      from: `  session.invalidatedAt = work.invalidate()
  if (session.gapSince`,
      to: `  if (session.gapSince`,
    },
    {
      does: "a newer epoch that begins unannounced opens no gap",
      file: `${state}/events.ts`,
      from: `  if (session.connected) openGap(work, session, at, undefined)`,
      to: `  if (session.connected) session.gapSince ??= at`,
    },
  ].map((mutant) => ({ rule: "epoch guard", tests: stateTests, ...mutant }))),

  ...([
    {
      does: "a snapshot without an initial state sweeps",
      file: `${state}/deadlines.ts`,
      from: `const snapshot = session.initialStates > 0`,
      to: `const snapshot = session.initialStates >= 0`,
    },
    {
      does: "absence tells something after the filters were replaced",
      file: `${state}/deadlines.ts`,
      from: `const sweeps = snapshot && session.subscriptions <= 1`,
      to: `const sweeps = snapshot && session.subscriptions <= 9`,
    },
    {
      does: "a game heard of, but in invalidate, is swept",
      file: `${state}/deadlines.ts`,
      from: `if (sweeps && game.heardEpoch !== session.epoch) {`,
      to: `if (sweeps) {`,
    },
    {
      does: "absent games stay",
      file: `${state}/deadlines.ts`,
      from: `        closeGame(work, work.sportsbook(session, known.sportsbook), game, "absent")`,
      to: `        game.heardEpoch = session.epoch`,
    },
    {
      does: "progress does not put settling off",
      file: `${state}/messages.ts`,
      from: `  session.settleAt = at + settleMillis`,
      to: `  session.settleAt = Math.min(session.settleAt, at + settleMillis)`,
    },
    {
      does: "anything at all puts settling off",
      file: `${state}/messages.ts`,
      from: `const progress = message.action === "initial_state" || !wasVerified`,
      to: `const progress = message.action !== "line_update"`,
    },
    {
      does: "a second loss does not start it again",
      file: `${state}/events.ts`,
      from: `  session.initialStates = 0
`,
      to: ``,
    },
    {
      does: "a gap that closed with doubts is never synced",
      file: `${state}/deadlines.ts`,
      from: `session.unsettled = snapshot && !complete`,
      to: `session.unsettled = false`,
    },
  ].map((mutant) => ({ rule: "settling", tests: stateTests, ...mutant }))),

  ...([
    {
      does: "time in which we did not read counts for settling",
      file: `${state}/events.ts`,
      from: `    session.settleRest = session.settleAt - since
    session.settleAt = Infinity`,
      to: `    session.settleRest = undefined`,
    },
    {
      does: "a pause that another session's time has overtaken is none",
      file: `${state}/events.ts`,
      from: `      paused(work, session, event.at, at)`,
      to: `      paused(work, session, at, at)`,
    },
    {
      does: "settling starts anew after a pause",
      file: `${state}/events.ts`,
      from: `    session.settleAt = at + session.settleRest`,
      to: `    session.settleAt = at + work.core.options.settleMillis`,
    },
    {
      does: "a long pause makes nothing stale",
      file: `${state}/events.ts`,
      from: `    session.pausedStaleAt = Math.max(at, since + work.core.options.pausedStaleMillis)`,
      to: `    session.pausedStaleAt = Infinity`,
    },
    {
      does: "what waited in a long pause is not flagged",
      file: `${state}/events.ts`,
      from: `  if (until - session.pausedAt >= work.core.options.pausedStaleMillis) session.delayed = true`,
      to: ``,
    },
    {
      does: "a sportsbook is silent while we do not read",
      file: `${state}/deadlines.ts`,
      from: `const due = Math.max(known.heardAt, session.listeningSince)`,
      to: `const due = known.heardAt`,
    },
  ].map((mutant) => ({ rule: "paused time", tests: stateTests, ...mutant }))),

  ...([
    {
      does: "time in which we did not read counts as silence",
      file: `${connection}/Watch.ts`,
      from: `const resumed = { ...withoutTime(watch, at - stoppedAt), stoppedAt: undefined, pings: [] }`,
      to: `const resumed = { ...withoutTime(watch, 0), stoppedAt: undefined, pings: [] }`,
    },
    {
      does: "what comes while an answer is overdue ends silence",
      file: `${connection}/Watch.ts`,
      from: `    if (behind === undefined && ping !== undefined && at - ping.at >= watch.limits.lag) {`,
      to: `    if (behind === null && ping !== undefined && at - ping.at >= watch.limits.lag) {`,
    },
    {
      does: "a pause never ends the connection",
      file: `${connection}/Watch.ts`,
      from: `end: at - stoppedAt >= limits.pause ? slowReader(at - stoppedAt) : undefined,`,
      to: `end: undefined,`,
    },
    {
      does: "what waited in a pause is up to date as soon as we read",
      file: `${connection}/Watch.ts`,
      from: `  if (watch.nextPing === undefined && !behind.reported) return verdict({ ...resumed, behind: undefined })`,
      to: `  if (watch.nextPing !== undefined) return verdict({ ...resumed, behind: undefined })`,
    },
  ].map((mutant) => ({ rule: "paused time", tests: connectionTests, ...mutant }))),

  ...([
    {
      does: "one request more is allowed",
      file: `${connection}/RateWindow.ts`,
      from: `recent.length < allowed ? 0`,
      to: `recent.length <= allowed ? 0`,
    },
    {
      does: "the window is a second short",
      file: `${connection}/RateWindow.ts`,
      from: `windowMillis: 60_000, total`,
      to: `windowMillis: 59_000, total`,
    },
    {
      does: "dials may take all of the allowance",
      file: `${connection}/RateWindow.ts`,
      from: `    untilRoom(dials, limits.dials, now, limits.windowMillis),`,
      to: `    untilRoom(dials, limits.total, now, limits.windowMillis),`,
    },
    {
      does: "a slot that is still in use is taken",
      file: `packages/machine/src/slots.ts`,
      from: `used + windowMillis - now()
    if (rest`,
      to: `used + windowMillis / 2 - now()
    if (rest`,
    },
    {
      does: "two processes may take one slot",
      file: `packages/machine/src/slots.ts`,
      from: `await open(file, "wx", 0o600)`,
      to: `await open(file, "w", 0o600)`,
    },
  ].map((mutant) => ({ rule: "limiter", tests: limiterTests, ...mutant }))),

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
  ].map((mutant) => ({ rule: "news of losses", tests: sinkTests, ...mutant }))),

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
  ].map((mutant) => ({ rule: "telling again", tests: sinkTests, ...mutant }))),

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
  ].map((mutant) => ({ rule: "patience", tests: sinkTests, ...mutant }))),

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
