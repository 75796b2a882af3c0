/** A resilient session with the feed. */
import {
  type FeedEvent,
  type Filters,
  type Frame,
  type GivenFilters,
  normalizeFilters,
  type Resync,
  type Source,
} from "@boltodds/protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { BackoffMemory } from "./BackoffMemory.ts"
import type { Catalog } from "../catalog/Catalog.ts"
import { checkNames } from "../catalog/checkNames.ts"
import { diagnose, type Diagnosis, renderDiagnosis } from "./Diagnosis.ts"
import { defaultFeedUrl, parseFeedUrl, UrlRefused } from "../transport/FeedUrl.ts"
import { checkFilterOptions, checkSessionOptions } from "./checkOptions.ts"
import { EventQueue } from "./EventQueue.ts"
import { type Run, startRun } from "./Run.ts"
import type { NoDataFacts } from "./Ticker.ts"
import { makeWarnings } from "./warnings.ts"
import type { Key } from "../key/Key.ts"
import type { KeyHolder, KeyLeases } from "../key/KeyLeases.ts"
import { Limiter } from "../transport/Limiter.ts"
import type { SessionError } from "./SessionError.ts"
import type { Status } from "./Status.ts"
import type { Transport } from "../transport/Transport.ts"
import { defaultLimits, type WatchLimits } from "./Watch.ts"

/** Options of {@link makeSession}. */
export interface SessionOptions {
  readonly key: Key
  readonly transport: Transport
  /** @default {@link defaultFeedUrl} */
  readonly url?: string | undefined
  /** @default false Whether `ws://` may be used to hosts other than this machine. */
  readonly insecure?: boolean | undefined
  /** @default everything */
  readonly filters?: GivenFilters | undefined
  /** @default "feed" The session's name in its events. */
  readonly name?: string | undefined
  /** @default unlimited Dials in a row that may bring nothing before the stream fails with `FeedUnavailable`. */
  readonly maxAttempts?: number | undefined
  /** @default 8_388_608 How much may wait for the consumer before we stop reading, in bytes; a turn more at most. */
  readonly bufferBytes?: number | undefined
  /** @default {@link defaultLimits} */
  readonly limits?: Partial<WatchLimits> | undefined
  /**
   * Called with each frame as it arrives, inside the turn of the event loop, before the stream has it. The stream gives
   * the same frame. What it throws ends the stream as a defect.
   */
  readonly onFrame?: ((frame: Frame) => void) | undefined
  /** Called with each status, at once. The same as `statuses`, for those without a stream at hand. */
  readonly onStatus?: ((status: Status) => void) | undefined
  /** Called when a connection has brought nothing but pings for 20 s; asks the catalog first, where there is one. */
  readonly onDiagnosis?: ((diagnosis: Diagnosis) => void) | undefined
  /**
   * Called with a sentence, once for each cause, when there is no connection, nothing comes, or a connection brings no
   * data. False: nobody is told. @default `console.warn` where there is no `onStatus`
   */
  readonly onWarning?: ((message: string) => void) | false | undefined
  /**
   * Called once when the server sends the key back in a frame, where it was replaced with `[redacted]`.
   * @default `onWarning`
   */
  readonly onKeyEcho?: (() => void) | undefined
  /** What a diagnosis checks the filters' names against. */
  readonly catalog?: Catalog | undefined
  /** @default none Where back-off outlives this process; `machineMemory` of the `node` entry keeps it in files. */
  readonly memory?: BackoffMemory | undefined
  /** @default none Where others see that this key is in use; `machineLeases` of the `node` entry has it in files. */
  readonly leases?: KeyLeases | undefined
}

/** A session: run its `events` to have it dial. */
export interface Session extends Source<SessionError> {
  readonly events: Stream.Stream<FeedEvent, SessionError>
  /** Sends the full new set at once where a connection is up; later connections get the newest. */
  readonly setFilters: (filters: GivenFilters) => Effect.Effect<void>
  /** Connects again for a new snapshot, after a `Disconnected` with `resync`. Nothing where no data has come yet. */
  readonly resync: (wanted: Resync) => Effect.Effect<void>
  readonly filters: Effect.Effect<Filters>
  readonly status: Effect.Effect<Status>
  /** The status now and each one after it. An observer too slow for them misses the oldest. */
  readonly statuses: Stream.Stream<Status>
  /** Ends the events, after a `Disconnected` with `shutdown` where a connection was up. */
  readonly close: Effect.Effect<void>
}

/** More than one turn brings (libuv reads 32 times 64 KiB), or every busy turn would pause and resume the socket. */
const linkBufferBytes = 4 * 1024 * 1024

/**
 * Makes a session. Nothing is dialed before its `events` are run; each running is a session of its own, and they share
 * the filters. The limiter is taken from the context ({@link Limiter}).
 *
 * The stream heals whatever can be healed and says so in its events. It fails with `KeyRefused` where the key never
 * worked, with `KeyUnavailable` where there is none, with `FeedUnavailable` only where `maxAttempts` asks for it,
 * and with `FrameTooLarge` where two connections in a row ended with a frame that the transport does not take.
 * Not pulling it pauses the socket.
 *
 * Unknown options and filters, and values of a wrong type, are a defect: a `TypeError` that says what is meant.
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
    const name = options.name ?? "feed"
    const investigate = (
      { filters, holds, ...facts }: NoDataFacts,
      tell: (diagnosis: Diagnosis) => void,
    ): Effect.Effect<void> =>
      Effect.gen(function* () {
        const names = yield* namesOf(filters, options.catalog)
        const holders = yield* holdersOf(url.host, options)
        // Asking took its time: data may have come.
        if (holds()) tell(diagnose({ ...facts, session: name, host: url.host, asked: filters, names, holders }))
      })
    const runs = new Set<Run>()
    const events = Stream.unwrap(Effect.gen(function* () {
      const queue = new EventQueue<SessionError>(options.bufferBytes ?? 8 * 1024 * 1024)
      const run = yield* startRun({
        name,
        url,
        key: options.key,
        transport: options.transport,
        limiter: yield* Limiter,
        memory: options.memory,
        leases: options.leases,
        clock: yield* Clock.Clock,
        queue,
        filters: () => filters,
        maxAttempts: options.maxAttempts ?? Infinity,
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
      status: Effect.sync(() => status),
      statuses: Stream.fromPubSub(statuses),
      close: Effect.suspend(() => Effect.forEach(runs, (run) => run.close, { discard: true })),
    }
  })

/** Who is told where nobody listens. */
const keyEcho = (host: string): string =>
  `${host} sends the key back in its messages: it is replaced with [redacted] in all that is passed on`

const warnerOf = ({ onWarning, onStatus }: SessionOptions): ((message: string) => void) | undefined => {
  if (onWarning === false) return undefined
  if (onWarning !== undefined || onStatus !== undefined) return onWarning
  // oxlint-disable-next-line no-console -- a program that listens to nothing must not wait in silence
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
    // The key file may be gone for a moment.
    Effect.orElseSucceed(() => []),
  )
