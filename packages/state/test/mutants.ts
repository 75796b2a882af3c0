/** Ways to break the rules of the state. `pnpm mutants state` tries them. */
import type { Mutant } from "../../../tools/allMutants.ts"

const state = "packages/state/src/internal"
const stateTests = ["packages/state"]

export const mutants: ReadonlyArray<Mutant> = [
  ...([
    {
      does: "a removal removes the game at every sportsbook",
      file: `${state}/game/messages.ts`,
      from: `    if (known !== undefined) closeGame(work, entry, known, "feed")`,
      to: `    for (const each of session.sportsbooks.values()) {
      const game = each.games.get(data.game)
      if (game !== undefined) closeGame(work, work.sportsbook(session, each.sportsbook), game, "feed")
    }`,
    },
    {
      does: "a sportsbook clear clears one sport only",
      file: `${state}/game/messages.ts`,
      from: `message.action === "book_clear" || game.sport === sport`,
      to: `game.sport === sport`,
    },
    {
      does: "a sport clear clears the whole book",
      file: `${state}/game/messages.ts`,
      from: `        message.action === "book_clear" || game.sport === sport || game.sport === ""`,
      to: `        sport !== undefined`,
    },
    {
      does: "a sport clear spares games whose sport nobody named",
      file: `${state}/game/messages.ts`,
      from: ` || game.sport === ""`,
      to: ``,
    },
    {
      does: "two sessions may own one game",
      file: `${state}/game/messages.ts`,
      from: `  if (core.sessions.size < 2) return undefined`,
      to: `  if (core.sessions.size < 9) return undefined`,
    },
    {
      does: "a line update verifies its whole game",
      file: `${state}/game/gameData.ts`,
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
      file: `${state}/line/outcomes.ts`,
      from: `  if (listed < before) {`,
      to: `  if (listed < 0) {`,
    },
    {
      does: "messages outside the filters are applied",
      file: `${state}/game/messages.ts`,
      from: `    if (!isWithin(session.match, data, filtered)) {`,
      to: `    if (at < 0 && !isWithin(session.match, data, filtered)) {`,
    },
    {
      does: "what cannot be read of one game invalidates nothing",
      file: `${state}/session/unread.ts`,
      from: `  own.invalidatedAt = work.invalidate()`,
      to: `  own.invalidatedAt = own.invalidatedAt`,
    },
    {
      does: "a late arrival brings a removed game back",
      file: `${state}/game/removals.ts`,
      from: `removal === undefined || at - removal.at`,
      to: `removal !== null || at - removal.at`,
    },
    {
      does: "removals are remembered for ever",
      file: `${state}/game/removals.ts`,
      from: `const rememberedMillis = 10_000`,
      to: `const rememberedMillis = Infinity`,
    },
    {
      does: "a clear is not remembered",
      file: `${state}/game/messages.ts`,
      from: `      rememberClear(work, entry, message.action`,
      to: `      if (at < 0) rememberClear(work, entry, message.action`,
    },
    {
      does: "a refused removal is forgotten",
      file: `${state}/game/removals.ts`,
      from: `  if (sentAt !== null) holder.refusedRemoval =`,
      to: `  if (sentAt === undefined) holder.refusedRemoval =`,
    },
    {
      does: "a removal with a fact that is too long is refused",
      file: `${state}/limits.ts`,
      from: `  if (isRemoval) return undefined`,
      to: ``,
    },
    {
      does: "a game without a sport is of no cleared sport",
      file: `${state}/game/removals.ts`,
      from: `if (name.startsWith(cleared) && isAfter(name)) return true`,
      to: `if (name === "") return true`,
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
      file: `${state}/session/events.ts`,
      from: `event.epoch < session.epoch || (event.epoch === session.epoch && session.ended)`,
      to: `event.epoch === session.epoch && session.ended`,
    },
    {
      does: "events after the end of their epoch are applied",
      file: `${state}/session/events.ts`,
      from: `event.epoch < session.epoch || (event.epoch === session.epoch && session.ended)`,
      to: `event.epoch < session.epoch`,
    },
    {
      does: "a lost connection leaves all verified",
      file: `${state}/session/events.ts`,
      from: `  session.invalidatedAt = work.invalidate()
  session.gap`,
      to: `  session.gap`,
    },
    {
      does: "a newer epoch that begins unannounced opens no gap",
      file: `${state}/session/events.ts`,
      from: `  if (session.connected) openGap(work, session, at, undefined)`,
      to: `  if (session.connected) session.gap ??= { since: at, sportsbooks: [], verifiedGames: 0, changedLines: 0 }`,
    },
  ].map((mutant) => ({ rule: "epoch guard", tests: stateTests, ...mutant }))),

  ...([
    {
      does: "a snapshot without an initial state sweeps",
      file: `${state}/deadline/deadlines.ts`,
      from: `const snapshot = session.settling.initialStates > 0`,
      to: `const snapshot = session.settling.initialStates >= 0`,
    },
    {
      does: "absence counts after the filters were replaced",
      file: `${state}/deadline/deadlines.ts`,
      from: `const sweeps = snapshot && session.settling.subscriptions <= 1`,
      to: `const sweeps = snapshot && session.settling.subscriptions <= 9`,
    },
    {
      does: "a game that was named, but is unverified, is swept",
      file: `${state}/deadline/deadlines.ts`,
      from: `if (sweeps && game.namedEpoch !== session.epoch) {`,
      to: `if (sweeps) {`,
    },
    {
      does: "absent games stay",
      file: `${state}/deadline/deadlines.ts`,
      from: `        closeGame(work, work.sportsbook(session, known.sportsbook), game, "absent")`,
      to: `        game.namedEpoch = session.epoch`,
    },
    {
      does: "progress does not put settling off",
      file: `${state}/game/gameData.ts`,
      from: `  session.settling.dueAt = at + settleMillis`,
      to: `  session.settling.dueAt = Math.min(session.settling.dueAt, at + settleMillis)`,
    },
    {
      does: "anything at all puts settling off",
      file: `${state}/game/gameData.ts`,
      from: `const progress = message.action === "initial_state" || !wasVerified`,
      to: `const progress = message.action !== "line_update"`,
    },
    {
      does: "a second loss does not start it again",
      file: `${state}/session/events.ts`,
      from: `  session.settling = notSettling()`,
      to: `  session.settling.dueAt = Infinity`,
    },
    {
      does: "a gap that closed with games unverified is never synced",
      file: `${state}/deadline/deadlines.ts`,
      from: `session.settling.isIncomplete = snapshot && !complete`,
      to: `session.settling.isIncomplete = false`,
    },
  ].map((mutant) => ({ rule: "settling", tests: stateTests, ...mutant }))),

  ...([
    {
      does: "time in which we did not read counts for settling",
      file: `${state}/session/events.ts`,
      from: `  settling.rest = settling.dueAt - since
  settling.dueAt = Infinity`,
      to: `  settling.rest = undefined`,
    },
    {
      does: "a pause that another session's time has overtaken has no length",
      file: `${state}/session/events.ts`,
      from: `      paused(work, session, event.at, at)`,
      to: `      paused(work, session, at, at)`,
    },
    {
      does: "settling starts anew after a pause",
      file: `${state}/session/events.ts`,
      from: `    settling.dueAt = at + settling.rest`,
      to: `    settling.dueAt = at + work.core.options.settleMillis`,
    },
    {
      does: "a long pause makes nothing stale",
      file: `${state}/session/events.ts`,
      from: `staleAt: session.stale === undefined ? staleAt : Infinity`,
      to: `staleAt: Infinity`,
    },
    {
      does: "what waited in a long pause is not flagged",
      file: `${state}/session/events.ts`,
      from: `  if (until - session.pause.since >= work.core.options.pausedStaleMillis) session.delayed = true`,
      to: ``,
    },
    {
      does: "a sportsbook is silent while we do not read",
      file: `${state}/deadline/deadlines.ts`,
      from: `const due = Math.max(known.receivedAt, session.received.since)`,
      to: `const due = known.receivedAt`,
    },
  ].map((mutant) => ({ rule: "paused time", tests: stateTests, ...mutant }))),
]
