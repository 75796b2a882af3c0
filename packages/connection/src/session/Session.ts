/** A session with the feed that connects again by itself. */
import {
  type DialState,
  type FeedEvent,
  type Filters,
  type GivenFilters,
  normalizeFilters,
  type Resync,
  type Source,
} from "@boltodds/protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { Catalog } from "../catalog/Catalog.ts"
import { checkNames } from "../catalog/checkNames.ts"
import { diagnose, type Diagnosis, renderDiagnosis } from "./Diagnosis.ts"
import { dialStateOf } from "./dialState.ts"
import { defaultFeedUrl, parseFeedUrl, UrlRefused } from "../transport/FeedUrl.ts"
import { checkFilterOptions, checkSessionOptions, sessionDefaults, type SessionOptions } from "./SessionOptions.ts"
import { EventQueue } from "./EventQueue.ts"
import { type Run, startRun } from "./Run.ts"
import type { NoDataFacts } from "./Ticker.ts"
import type { KeyHolder } from "../key/KeyLeases.ts"
import { Limiter, type LimiterShape } from "../transport/Limiter.ts"
import type { SessionError } from "./SessionError.ts"
import { makeWarnings, type Status } from "./Status.ts"
import { defaultLimits } from "./Watch.ts"

/** A session: run its `events` to have it dial. */
export interface Session extends Source<SessionError> {
  readonly events: Stream.Stream<FeedEvent, SessionError>
  /** Replaces the filters. Sends them at once if a connection is up. */
  readonly setFilters: (filters: GivenFilters) => Effect.Effect<void>
  /** Connects again to get a new snapshot, after a `Disconnected` with `resync`. Does nothing before the first data. */
  readonly resync: (wanted: Resync) => Effect.Effect<void>
  readonly filters: Effect.Effect<Filters>
  readonly dials: Effect.Effect<ReadonlyArray<DialState>>
  readonly status: Effect.Effect<Status>
  /** The current status and each later one. An observer that is too slow misses the oldest. */
  readonly statuses: Stream.Stream<Status>
  /** Ends the events, after a `Disconnected` with `shutdown` if a connection was up. */
  readonly close: Effect.Effect<void>
}

/** More than one turn brings (libuv reads 32 times 64 KiB). Otherwise every busy turn would pause and resume the socket. */
const linkBufferBytes = 4 * 1024 * 1024

/**
 * Makes a session. It dials when its `events` are run. Each running has its own connections; all share the filters. The
 * limiter comes from the context ({@link Limiter}).
 *
 * The stream connects again whenever that can help, and its events report each gap. It fails with `KeyRefused` if the key
 * never worked, with `KeyUnavailable` if the key cannot be read, with `FeedUnavailable` after `maxAttempts`, and with
 * `FrameTooLarge` if two connections in a row ended with a frame above the transport's size limit. The socket is paused
 * while the stream is not pulled.
 *
 * Unknown options and filters, and values of a wrong type, are a defect: a `TypeError` that says what was expected.
 */
export const makeSession = (options: SessionOptions): Effect.Effect<Session, UrlRefused> =>
  Effect.gen(function* () {
    checkSessionOptions(options)
    const url = parseFeedUrl(options.url ?? defaultFeedUrl, options)
    if (url instanceof UrlRefused) return yield* Effect.fail(url)
    let filters = normalizeFilters(options.filters ?? {})
    let status: Status = { _tag: "Idle" }
    const statuses = yield* PubSub.sliding<Status>({ capacity: 64, replay: 1 })
    const warn = warnerOf(options)
    const warnOf = warn === undefined ? undefined : makeWarnings(url.host, warn)
    const onDiagnosis = options.onDiagnosis ??
      (warn === undefined ? undefined : (diagnosis: Diagnosis) => warn(`boltodds: ${renderDiagnosis(diagnosis)}`))
    const onStatus = (next: Status): void => {
      status = next
      warnOf?.(next)
      PubSub.publishUnsafe(statuses, next)
      options.onStatus?.(next)
    }
    onStatus(status)
    const name = options.name ?? sessionDefaults.name
    const investigate = (
      { filters, holds, ...facts }: NoDataFacts,
      report: (diagnosis: Diagnosis) => void,
    ): Effect.Effect<void> =>
      Effect.gen(function* () {
        const names = yield* namesOf(filters, options.catalog)
        const holders = yield* holdersOf(url.host, options)
        // The questions took a while: data may have come.
        if (holds()) report(diagnose({ ...facts, session: name, host: url.host, asked: filters, names, holders }))
      })
    const runs = new Set<Run>()
    let limiter: LimiterShape | undefined
    const events = Stream.unwrap(Effect.gen(function* () {
      const queue = new EventQueue<SessionError>(options.bufferBytes ?? sessionDefaults.bufferBytes)
      limiter = yield* Limiter
      const run = yield* startRun({
        name,
        url,
        key: options.key,
        transport: options.transport,
        limiter,
        memory: options.memory,
        leases: options.leases,
        clock: yield* Clock.Clock,
        queue,
        filters: () => filters,
        maxAttempts: options.maxAttempts ?? sessionDefaults.maxAttempts,
        linkBufferBytes,
        limits: { ...defaultLimits, ...options.limits },
        onFrame: options.onFrame,
        onStatus,
        onKeyEcho: options.onKeyEcho ?? (warn === undefined ? undefined : () => warn(`boltodds: ${keyEcho(url.host)}`)),
        onNoData: (facts) => onDiagnosis === undefined ? Effect.void : investigate(facts, onDiagnosis),
      })
      runs.add(run)
      yield* Effect.addFinalizer(() => Effect.sync(() => runs.delete(run)))
      return Stream.fromPull(Effect.succeed(queue.pull))
    }))
    return {
      name,
      events,
      setFilters: (next) =>
        Effect.suspend(() => {
          checkFilterOptions(next)
          filters = normalizeFilters(next)
          return Effect.forEach(runs, (run) => run.resubscribe, { discard: true })
        }),
      resync: ({ reason, session, epoch }) =>
        Effect.suspend(() =>
          session !== undefined && session !== name
            ? Effect.void
            : Effect.forEach(runs, (run) => run.resync(reason, epoch), { discard: true })
        ),
      filters: Effect.sync(() => filters),
      dials: Effect.suspend(() =>
        Effect.map(
          limiter?.dialsLeft?.(url.host) ?? Effect.succeed(null),
          (left) => [dialStateOf(name, status, left)],
        )
      ),
      status: Effect.sync(() => status),
      statuses: Stream.fromPubSub(statuses),
      close: Effect.suspend(() => Effect.forEach(runs, (run) => run.close, { discard: true })),
    }
  })

const keyEcho = (host: string): string =>
  `${host} sends the key back in its messages. It is replaced with [redacted] in all frames`

const warnerOf = ({ onWarning, onStatus }: SessionOptions): ((message: string) => void) | undefined => {
  if (onWarning === false) return undefined
  if (onWarning !== undefined || onStatus !== undefined) return onWarning
  // oxlint-disable-next-line no-console -- without any callback, a session that cannot connect would be silent
  return (message) => console.warn(message)
}

const namesOf = (filters: Filters, catalog: Catalog | undefined): Effect.Effect<Diagnosis["names"]> =>
  catalog === undefined
    ? Effect.succeed({ unavailable: "no catalog was given" })
    : checkNames(filters, catalog).pipe(Effect.catch(({ message }) => Effect.succeed({ unavailable: message })))

const holdersOf = (
  host: string,
  { key, leases }: Pick<SessionOptions, "key" | "leases">,
): Effect.Effect<ReadonlyArray<KeyHolder>> =>
  leases === undefined ? Effect.succeed([]) : key.pipe(
    Effect.flatMap((key) => leases.holders({ host, key })),
    // The key file may be missing for a moment.
    Effect.orElseSucceed(() => []),
  )
