/** The source `feed`: the BoltOdds feed, over one session or several. */
import { type Environment, PositiveDuration, type SourcePlugin, sourcePlugin, type Touch } from "@boltodds/config"
import {
  defaultFeedUrl,
  type FeedUrl,
  type Key,
  keyOf,
  Limiter,
  type LimiterShape,
  parseFeedUrl,
  type Status,
  UrlRefused,
} from "@boltodds/connection"
import { keyFromFile } from "@boltodds/connection/node"
import type { Filters, Source } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { resolve } from "node:path"
import { checkFeed } from "../feed/checkFeed.ts"
import { keyFromVariable, keyVariable, NoKey, thisMachine, urlVariable } from "../feed/feedAccess.ts"
import { keyHostProblems } from "../feed/keyHost.ts"
import { type FeedSettings, openSession } from "../feed/openSession.ts"
import { openShards } from "../feed/openShards.ts"
import { watchKey } from "../feed/watchKey.ts"
import { watchStale } from "../feed/watchStale.ts"
import {
  filterFields,
  filterNames,
  type FilterOptions,
  filtersIn,
  ignoreFields,
  type IgnoreOptions,
  ignoring,
  limitFields,
  type LimitOptions,
} from "../options/sourceOptions.ts"
import type { PartsHost } from "../PartsHost.ts"
import { feedProblems, feedWarnings } from "./feedProblems.ts"

/** Options of the feed. */
export interface FeedOptions extends FilterOptions, IgnoreOptions, LimitOptions {
  readonly url?: string
  readonly insecure?: boolean
  readonly key?: Redacted.Redacted<string>
  readonly key_file?: string
  readonly max_attempts?: number
  readonly exit_on_stale?: Duration.Duration
  readonly late_by?: Duration.Duration
  readonly late_for?: Duration.Duration
  readonly sessions?: number
  readonly shard_by?: "sport" | "sportsbook"
}

const count = Schema.Int.check(Schema.isGreaterThan(0, { expected: "a whole number above 0" }))
const upTo16 = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: 16 }, { expected: "a whole number from 1 to 16" }),
)

/** The schema of {@link FeedOptions}. */
export const FeedOptions: Schema.Decoder<FeedOptions> = Schema.Struct({
  ...filterFields,
  url: Schema.optionalKey(Schema.String.annotate({
    description:
      "The address of the feed, wss:// or ws://; REST uses the same host over http. Default: BOLTODDS_URL, or the " +
      "vendor's feed. boltodds-pipe sends the key in BOLTODDS_API_KEY to another host only if BOLTODDS_API_KEY_HOST names it.",
  })),
  insecure: Schema.optionalKey(Schema.Boolean.annotate({
    description:
      "Allow ws:// to other hosts than this machine. The key is then sent unencrypted. Needs --allow insecure.",
  })),
  key: Schema.optionalKey(
    Schema.RedactedFromValue(Schema.String).annotate({
      description: "The key: { env: NAME } or { file: path }. Default: the variable BOLTODDS_API_KEY.",
    }),
  ),
  key_file: Schema.optionalKey(Schema.String.annotate({
    description:
      "A file that holds the key, read again at each dial and every 5s: a new key makes the feed connect again. Not with `key`.",
  })),
  max_attempts: Schema.optionalKey(count.annotate({
    description: "Give up after this many dials in a row without data (exit 69). Default: never.",
  })),
  exit_on_stale: Schema.optionalKey(PositiveDuration.annotate({
    description: "End the run (exit 69) when nothing has been live for this long. Default: never.",
  })),
  late_by: Schema.optionalKey(PositiveDuration.annotate({
    description:
      "How much later than the fastest on a connection the updates of a sportsbook must arrive to make it stale (reason late). Default 10s.",
  })),
  late_for: Schema.optionalKey(PositiveDuration.annotate({
    description: "How long updates must be late to make it stale, and on time to make it fresh again. Default 10s.",
  })),
  ...ignoreFields,
  ...limitFields,
  sessions: Schema.optionalKey(upTo16.annotate({
    description: "The number of connections to divide the feed among; the plan must allow them. Default 1.",
  })),
  shard_by: Schema.optionalKey(
    Schema.Literals(["sport", "sportsbook"]).annotate({
      description: "How the feed is divided. Default sportsbook.",
    }),
  ),
})

/** The feed. Its filters can be changed while it runs, unless it is divided. */
export const feedSource = (host: PartsHost): SourcePlugin<FeedOptions> =>
  sourcePlugin({
    kind: "source",
    name: "feed",
    about: "The BoltOdds feed.",
    config: FeedOptions,
    live: filterNames,
    filters: filterNames,
    problems: (written, place) => [
      ...feedProblems(written, place, host),
      ...keyHostProblems(written, place, host),
      ...host.guards?.feed?.(written, place) ?? [],
    ],
    touches: ({ url, key, key_file }, { env }) => {
      const address = parseFeedUrl(url ?? nonEmpty(env[urlVariable]) ?? defaultFeedUrl, { insecure: true })
      if (address instanceof UrlRefused) return []
      const own = key !== undefined ? {} : { with: `key from ${key_file ?? keyVariable}` }
      const isVariable = url === undefined && nonEmpty(env[urlVariable]) !== undefined
      return [
        { kind: "contacts", what: address.host, ...own, sends: ["url", ...filterNames] },
        ...key !== undefined ? [] : [{ kind: "reads", what: key_file ?? `the variable ${keyVariable}` } as const],
        ...isVariable ? [{ kind: "reads", what: `the variable ${urlVariable}` } as const] : [],
      ] satisfies ReadonlyArray<Touch>
    },
    warnings: (options, place) => host.key === undefined ? feedWarnings(options, place, host) : [],
    make: (options, { folder, env, log }) =>
      Effect.gen(function* () {
        const { address, feed } = yield* feedOf(options, host, { folder, env })
        // Read once now: a missing key is reported before anything else happens. Each dial reads it again.
        yield* Effect.mapError(feed.key, (cause) => new NoKey(cause.message))
        const filters = filtersIn(options)
        const machine = host.machine ?? thisMachine(log)
        const stale = options.exit_on_stale === undefined
          ? undefined
          : watchStale(Duration.toMillis(options.exit_on_stale))
        if (stale !== undefined) {
          host.onSteps?.(stale.onStep)
          host.endsWhen?.(Effect.map(stale.expired, (reason) => ({ reason, unavailable: true })))
        }
        const settings = {
          feed,
          host: address.host,
          filters,
          ...options.max_attempts === undefined ? {} : { maxAttempts: options.max_attempts },
          machine,
          onStatus: (status: Status, session: string) => {
            stale?.onStatus(status, session)
            host.onStatus?.(status, session)
          },
        }
        const { sessions = 1, shard_by = "sportsbook" } = options
        const source: Source<unknown> = sessions === 1
          ? yield* openSession(settings, log)
          : yield* openShards(settings, { by: shard_by, over: sessions }, log)
            .pipe(Effect.provideService(Limiter, machine.limiter))
        const limited = limitedBy(source, machine.limiter)
        const redial = limited.resync?.({ reason: "the key has changed" }) ?? Effect.void
        yield* Effect.forkScoped(watchKey(feed.key, redial, log))
        const { setFilters } = limited
        return {
          source: limited,
          state: {
            filters,
            ...options.late_by === undefined ? {} : { lateMillis: Duration.toMillis(options.late_by) },
            ...options.late_for === undefined ? {} : { lateForMillis: Duration.toMillis(options.late_for) },
            ...ignoring(options, log),
            ...options.limits === undefined ? {} : { limits: options.limits },
          },
          ...setFilters === undefined ? {} : {
            reload: (next: unknown) => setFilters(filtersIn(next as FeedOptions)),
          },
        }
      }),
    check: (options, { folder, env, log }, compared) =>
      Effect.gen(function* () {
        const { address, feed } = yield* feedOf(options, host, { folder, env })
        const machine = host.machine ?? thisMachine(log)
        return yield* checkFeed({ feed, host: address.host, filters: filtersIn(options), compared, machine })
      }).pipe(
        Effect.catch(({ message }) => Effect.succeed([{ state: "failed", cause: "mistake", message } as const])),
      ),
  })

/** Where the options say that the feed is, and with which key. */
const feedOf = (
  { url, insecure = false, key, key_file }: FeedOptions,
  host: PartsHost,
  { folder, env }: { readonly folder: string; readonly env: Environment },
): Effect.Effect<{ readonly address: FeedUrl; readonly feed: FeedSettings }, UrlRefused> => {
  const text = url ?? nonEmpty(env[urlVariable]) ?? defaultFeedUrl
  const address = parseFeedUrl(text, { insecure })
  if (address instanceof UrlRefused) return Effect.fail(address)
  const own = (): Key =>
    key !== undefined
      ? keyOf(key)
      : key_file !== undefined
      ? keyFromFile(resolve(folder, key_file))
      : keyFromVariable(host.env ?? (() => env))
  return Effect.succeed({ address, feed: { url: text, insecure, key: host.key ?? own() } })
}

const limitedBy = (source: Source<unknown>, limiter: LimiterShape): Source<unknown> => {
  const { setFilters } = source
  return {
    name: source.name,
    events: Stream.provideService(source.events, Limiter, limiter),
    ...setFilters === undefined ? {} : { setFilters: (filters: Filters) => setFilters.call(source, filters) },
    ...source.resync === undefined ? {} : { resync: source.resync.bind(source) },
    ...source.dials === undefined ? {} : { dials: source.dials },
  }
}

const nonEmpty = (text: string | undefined): string | undefined => text === "" ? undefined : text
