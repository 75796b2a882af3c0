/** Several sessions on one key, as one stream. */
import type { FeedEvent, Filters, Resync, Source } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { UrlRefused } from "../transport/FeedUrl.ts"
import { FilterClaims, sameFilters } from "./FilterClaims.ts"
import { mergeByTime } from "./mergeByTime.ts"
import { makeSession, type Session, type SessionOptions } from "../session/Session.ts"
import type { SessionError } from "../session/SessionError.ts"
import { checkShards, type Shard } from "./Shard.ts"
import { type ShardOverlap, ShardsRefused } from "./ShardError.ts"
import { dividedBy, filterKindOf, shardFilters } from "./shardFilters.ts"
import type { Status } from "../session/Status.ts"

/** Options of {@link makeShards}: those of a session, for each of them alike, and how they differ. */
export interface ShardsOptions extends Omit<SessionOptions, "name" | "filters" | "onStatus"> {
  /** At most as many as the plan of the key allows connections (Pro: 3), all programs that use the key counted. */
  readonly sessions: ReadonlyArray<Shard>
  /** @default "feed" The name of the whole. */
  readonly name?: string | undefined
  /** Called with each status of each session, at once. */
  readonly onStatus?: ((status: Status, session: string) => void) | undefined
}

/** Where one session of several stands. */
export interface ShardStatus {
  readonly session: string
  readonly status: Status
}

/** Several sessions as one: run its `events` to have them dial. */
export interface Shards extends Source<SessionError | ShardOverlap | ShardsRefused> {
  readonly events: Stream.Stream<FeedEvent, SessionError>
  /**
   * Divides new filters among the running sessions, by what they are divided by now, with {@link shardFilters}: a name
   * stays where it is, new ones go where the least is. `names` are the catalog's, where the filters list none.
   */
  readonly setFilters: (
    filters: Filters,
    names?: ReadonlyArray<string>,
  ) => Effect.Effect<void, ShardOverlap | ShardsRefused>
  /**
   * Gives each session its new filters; all are named, and none may get what another has now. To move a name, have it
   * given up, wait for the `Subscribed` that tells so, and then have the other take it: it is in no book meanwhile.
   */
  readonly setShards: (shards: ReadonlyArray<Shard>) => Effect.Effect<void, ShardOverlap | ShardsRefused>
  /** Has the session that is named connect again for a new snapshot, or all of them. */
  readonly resync: (wanted: Resync) => Effect.Effect<void>
  readonly shards: Effect.Effect<ReadonlyArray<Shard>>
  /** By the names of the sessions. */
  readonly status: Effect.Effect<ReadonlyMap<string, Status>>
  /** The statuses now and each one after it. An observer too slow for them misses the oldest. */
  readonly statuses: Stream.Stream<ShardStatus>
  /** Ends the events of all sessions. */
  readonly close: Effect.Effect<void>
}

/**
 * Makes several sessions that together receive one feed: each dials, backs off and heals for itself, under the one
 * limiter of the context; each event carries its session's `name`, and its epochs are that session's. A gap of one is
 * none of the others; what cannot be healed in one (see `makeSession`) ends all. Not pulling the events pauses all.
 *
 * Every game belongs to exactly one session, so filters through which a game could reach two are refused.
 */
export const makeShards = (options: ShardsOptions): Effect.Effect<Shards, UrlRefused | ShardOverlap | ShardsRefused> =>
  Effect.gen(function* () {
    const { sessions: wanted, onStatus, name = "feed", ...common } = options
    const refused = checkShards(wanted)
    if (refused !== undefined) return yield* Effect.fail(refused)
    const sessions = yield* Effect.forEach(wanted, ({ name, filters }) =>
      makeSession({
        ...common,
        name,
        filters,
        ...onStatus === undefined ? {} : { onStatus: (status) => onStatus(status, name) },
      }))
    const byName = new Map(sessions.map((session) => [session.name, session]))
    const running = new Set<FilterClaims>()

    const shards: Effect.Effect<ReadonlyArray<Shard>> = Effect.forEach(
      sessions,
      ({ name, filters }) => Effect.map(filters, (filters) => ({ name, filters })),
    )
    const events = Stream.unwrap(Effect.gen(function* () {
      const claims = new FilterClaims(yield* shards)
      running.add(claims)
      yield* Effect.addFinalizer(() => Effect.sync(() => running.delete(claims)))
      const pulls = yield* Effect.forEach(sessions, ({ events }) => Stream.toPull(events))
      const merged = mergeByTime(pulls, yield* Effect.scope)
      return Stream.fromPull(
        Effect.succeed(
          Effect.flatMap(merged, (turn) =>
            claims.settled ? Effect.succeed(turn) : Effect.map(shards, (now) => {
              claims.told(turn, now)
              return turn
            })),
        ),
      )
    }))

    const setShards: Shards["setShards"] = (next) =>
      Effect.suspend(() => {
        const problem = checkShards(next) ?? unknownOf(next, byName) ?? firstOf(running, (claims) => claims.check(next))
        if (problem !== undefined) return Effect.fail(problem)
        for (const claims of running) claims.ask(next)
        return Effect.forEach(next, ({ name, filters }) => {
          const session = byName.get(name)!
          // A server that is asked again sends everything again.
          return Effect.flatMap(session.filters, (now) =>
            sameFilters(now, filters) ? Effect.void : session.setFilters(filters))
        }, { discard: true })
      })

    return {
      name,
      events,
      setShards,
      setFilters: (filters, names) =>
        Effect.flatMap(shards, (now) => {
          const by = dividedBy(now)
          if (by === undefined) {
            return Effect.fail(
              new ShardsRefused("Cannot divide filters: the sessions are divided neither by sport nor by sportsbook"),
            )
          }
          const before = firstOf(running, (claims) => claims.holding(filterKindOf(by))) ?? now
          const next = shardFilters(filters, { by, over: now.length, before, ...names === undefined ? {} : { names } })
          return next instanceof ShardsRefused ? Effect.fail(next) : setShards(next)
        }),
      resync: (wanted) => Effect.forEach(sessions, (session) => session.resync(wanted), { discard: true }),
      shards,
      status: Effect.map(
        Effect.forEach(sessions, ({ name, status }) => Effect.map(status, (status) => [name, status] as const)),
        (all) => new Map(all),
      ),
      statuses: Stream.mergeAll(
        sessions.map(({ name, statuses }) =>
          Stream.map(statuses, (status): ShardStatus => ({ session: name, status }))
        ),
        { concurrency: "unbounded" },
      ),
      close: Effect.forEach(sessions, ({ close }) => close, { discard: true }),
    }
  })

const firstOf = <A, B>(all: Iterable<A>, of: (one: A) => B | undefined): B | undefined => {
  for (const one of all) {
    const found = of(one)
    if (found !== undefined) return found
  }
  return undefined
}

const unknownOf = (next: ReadonlyArray<Shard>, sessions: ReadonlyMap<string, Session>): ShardsRefused | undefined => {
  const names = [...sessions.keys()]
  const wrong = next.find(({ name }) => !sessions.has(name))?.name
  if (wrong !== undefined) return new ShardsRefused(`No session is named \`${wrong}\`; there are ${names.join(", ")}`)
  const missing = names.find((name) => !next.some((shard) => shard.name === name))
  return missing === undefined
    ? undefined
    : new ShardsRefused(`Nothing is said of session \`${missing}\`: name all, since it goes on`)
}
