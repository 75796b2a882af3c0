/** Several sessions on one key, as one stream. */
import type { DialState, FeedEvent, Filters, Resync, Source } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Catalog } from "../catalog/Catalog.ts"
import type { CatalogError } from "../catalog/CatalogError.ts"
import type { UrlRefused } from "../transport/FeedUrl.ts"
import { FilterClaims, sameFilters } from "./FilterClaims.ts"
import { mergeByTime } from "./mergeByTime.ts"
import { makeSession, type Session } from "../session/Session.ts"
import type { SessionOptions } from "../session/SessionOptions.ts"
import type { SessionError } from "../session/SessionError.ts"
import { checkShards, type Shard, type ShardOverlap, ShardsRefused } from "./Shard.ts"
import { dividedBy, filterKindOf, shardFilters } from "./shardFilters.ts"
import type { Status } from "../session/Status.ts"

/** Options of {@link makeShards}: those that all sessions share, and the parts of the feed. */
export interface ShardsOptions extends Omit<SessionOptions, "name" | "filters" | "onStatus"> {
  /** The sessions. The plan limits the connections of all programs that use the key (Pro: 3). */
  readonly sessions: ReadonlyArray<Shard>
  /** The name of the source. @default "feed" */
  readonly name?: string | undefined
  /** Called at once with each status of each session. */
  readonly onStatus?: ((status: Status, session: string) => void) | undefined
}

/** The status of one session of several. */
export interface ShardStatus {
  readonly session: string
  readonly status: Status
}

/** Several sessions as one: run its `events` to have them dial. */
export interface Shards extends Source<SessionError | ShardOverlap | ShardsRefused> {
  readonly events: Stream.Stream<FeedEvent, SessionError>
  /**
   * Divides new filters among the running sessions with {@link shardFilters}, by the kind they are divided by now. A name
   * stays in its session; new names go to the session with the least. `names` come from the catalog, if the filters list
   * none.
   */
  readonly setFilters: (
    filters: Filters,
    names?: ReadonlyArray<string>,
  ) => Effect.Effect<void, ShardOverlap | ShardsRefused>
  /**
   * Gives each session new filters. All sessions must be named, and none may get what another holds now. To move a name,
   * have one session give it up, wait for its `Subscribed`, and then have the other take it. In between it is in no book.
   */
  readonly setShards: (shards: ReadonlyArray<Shard>) => Effect.Effect<void, ShardOverlap | ShardsRefused>
  /** Connects the named session again to get a new snapshot; all sessions if none is named. */
  readonly resync: (wanted: Resync) => Effect.Effect<void>
  readonly dials: Effect.Effect<ReadonlyArray<DialState>>
  readonly shards: Effect.Effect<ReadonlyArray<Shard>>
  /** The status of each session, by its name. */
  readonly status: Effect.Effect<ReadonlyMap<string, Status>>
  /** The current statuses and each later one. An observer that is too slow misses the oldest. */
  readonly statuses: Stream.Stream<ShardStatus>
  /** Ends the events of all sessions. */
  readonly close: Effect.Effect<void>
}

/**
 * Makes several sessions that together receive one feed. Each dials, backs off and connects again by itself, under the one
 * limiter of the context. Each event has the `name` and the epoch of its session. A gap of one session does not affect the
 * others. An error of one (see `makeSession`) ends all. All sessions are paused while the events are not pulled.
 *
 * Every game belongs to exactly one session: filters that could let a game reach two of them are refused.
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
              claims.delivered(turn, now)
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
          // A server that receives filters sends everything again.
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
              new ShardsRefused(
                "Cannot divide filters: the sessions are divided neither by sport nor by sportsbook. Use setShards",
              ),
            )
          }
          const before = firstOf(running, (claims) => claims.holding(filterKindOf(by))) ?? now
          const next = shardFilters(filters, { by, over: now.length, before, ...names === undefined ? {} : { names } })
          return next instanceof ShardsRefused ? Effect.fail(next) : setShards(next)
        }),
      resync: (wanted) => Effect.forEach(sessions, (session) => session.resync(wanted), { discard: true }),
      dials: Effect.map(Effect.forEach(sessions, ({ dials }) => dials), (each) => each.flat()),
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
    : new ShardsRefused(`No filters for session \`${missing}\`. Name all sessions: each keeps running`)
}

/**
 * Asks the catalog for the names that the sessions are divided by, and divides new ones among the sessions. Returns the new
 * names. `filters` are the filters that were divided, without names of that kind. A name that is no longer in the catalog
 * stays, at no cost.
 *
 * Call it every few minutes: one request each, unless the catalog has the answer cached. A filter cannot mean "everything
 * else", so a new sport or sportsbook reaches no session by itself.
 */
export const renewShards = (
  shards: Shards,
  catalog: Catalog,
  filters: Filters = {},
): Effect.Effect<ReadonlyArray<string>, CatalogError | ShardOverlap | ShardsRefused> =>
  Effect.gen(function* () {
    const running = yield* shards.shards
    const kind = filterKindOf(dividedBy(running) ?? "sport")
    const now = running.flatMap(({ filters }) => filters[kind] ?? [])
    const had = new Set(now)
    const gained = (yield* catalog.info)[kind].filter((name) => !had.has(name))
    if (gained.length > 0) yield* shards.setFilters(filters, [...now, ...gained])
    return gained
  })
