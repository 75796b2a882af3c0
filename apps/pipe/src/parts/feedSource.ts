/** The source `feed`: the BoltOdds feed, over one session or several. */
import { PositiveDuration, type SourcePlugin, sourcePlugin, type Touch } from "@boltodds/config"
import { defaultFeedUrl, type Key, keyOf, Limiter, parseFeedUrl, UrlRefused } from "@boltodds/connection"
import { keyFromFile } from "@boltodds/connection/node"
import type { Filters, Source } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { resolve } from "node:path"
import { allowsAll } from "../commandLine/allowed.ts"
import { checkFeed } from "../feed/checkFeed.ts"
import { watchStale } from "../feed/exitOnStale.ts"
import { thisMachine } from "../feed/machine.ts"
import { openSession } from "../feed/openSession.ts"
import { openShards } from "../feed/openShards.ts"
import { NoKey } from "../feed/NoKey.ts"
import { feedProblems, feedWarnings } from "./feedProblems.ts"
import { filterFields, filterNames, type FilterOptions, filtersIn } from "./filterOptions.ts"
import { keyVariable, urlVariable } from "../process/environment.ts"
import { keyFromEnvironment } from "../feed/keyFromEnvironment.ts"
import { insecureProblems, keyHostProblems } from "./keyHost.ts"
import { ignoreFields, type IgnoreOptions, ignoring } from "./ignoreOption.ts"
import { limitFields, type LimitOptions } from "./limitOption.ts"
import type { PartsHost } from "./PartsHost.ts"

/** What can be set about the feed. */
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
      "The feed's address, wss:// or ws://; REST is the same place over http. Default BOLTODDS_URL, or the " +
      "feed. To another host than the vendor's the key of BOLTODDS_API_KEY goes only where BOLTODDS_API_KEY_HOST names it.",
  })),
  insecure: Schema.optionalKey(Schema.Boolean.annotate({
    description: "Allow ws:// to other hosts than this one. The key is then sent in the clear. Needs --allow insecure.",
  })),
  key: Schema.optionalKey(
    Schema.RedactedFromValue(Schema.String).annotate({
      description: "The key: { env: NAME } or { file: path }. Default: the variable BOLTODDS_API_KEY.",
    }),
  ),
  key_file: Schema.optionalKey(Schema.String.annotate({
    description: "A file that holds the key, read anew at each dial. In place of key.",
  })),
  max_attempts: Schema.optionalKey(count.annotate({
    description: "Give up after so many dials in a row without data (exit 69). Default: never.",
  })),
  exit_on_stale: Schema.optionalKey(PositiveDuration.annotate({
    description: "End (exit 69) once nothing has been live for so long. Default: never.",
  })),
  late_by: Schema.optionalKey(PositiveDuration.annotate({
    description:
      "How much later than at best on a connection a sportsbook's updates must arrive for it to be stale (late). Default 10s.",
  })),
  late_for: Schema.optionalKey(PositiveDuration.annotate({
    description: "How long they must arrive late until it is stale, and on time until it is fresh again. Default 10s.",
  })),
  ...ignoreFields,
  ...limitFields,
  sessions: Schema.optionalKey(upTo16.annotate({
    description: "Divide the feed among so many connections; the plan must allow them. Default 1.",
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
    // What the command line names is the user's own word.
    problems: (written, place) => [
      ...feedProblems(written, place),
      ...host.key === undefined ? keyHostProblems(written, place) : [],
      ...insecureProblems(written, place, host.allowed ?? allowsAll),
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
    warnings: (options, place) => host.key === undefined ? feedWarnings(options, place) : [],
    make: (options, { folder, env }) =>
      Effect.gen(function* () {
        const url = options.url ?? nonEmpty(env[urlVariable]) ?? defaultFeedUrl
        const address = parseFeedUrl(url, { insecure: options.insecure ?? false })
        if (address instanceof UrlRefused) return yield* Effect.fail(address)
        const key = host.key ?? keyIn(options, folder)
        // Once now, so that a missing key is told before anything else happens; it is read anew at each dial.
        yield* Effect.mapError(key, (cause) => new NoKey(cause.message))
        const filters = filtersIn(options)
        const stale = options.exit_on_stale === undefined
          ? undefined
          : watchStale(Duration.toMillis(options.exit_on_stale))
        if (stale !== undefined) {
          host.onSteps?.(stale.onStep)
          host.endsWhen(Effect.map(stale.expired, (reason) => ({ reason, unavailable: true })))
        }
        const settings = {
          feed: { url, insecure: options.insecure ?? false, key },
          host: address.host,
          filters,
          ...options.max_attempts === undefined ? {} : { maxAttempts: options.max_attempts },
          ...host.machine === undefined ? {} : { machine: host.machine },
          onStatus: (status: Parameters<NonNullable<PartsHost["onStatus"]>>[0]) => {
            stale?.onStatus(status)
            host.onStatus?.(status)
          },
        }
        const { sessions = 1, shard_by = "sportsbook" } = options
        const source: Source<unknown> = sessions === 1
          ? yield* openSession(settings, host.log)
          : yield* openShards(settings, { by: shard_by, over: sessions }, host.log)
            .pipe(Effect.provideService(Limiter, host.limiter))
        const limited = limitedBy(source, host)
        const { setFilters } = limited
        return {
          source: limited,
          state: {
            filters,
            ...options.late_by === undefined ? {} : { lateMillis: Duration.toMillis(options.late_by) },
            ...options.late_for === undefined ? {} : { lateForMillis: Duration.toMillis(options.late_for) },
            ...ignoring(options, host.log.log),
            ...options.limits === undefined ? {} : { limits: options.limits },
          },
          ...setFilters === undefined ? {} : {
            reload: (next: unknown) => setFilters(filtersIn(next as FeedOptions)),
          },
        }
      }),
    check: (options, { folder, env }, compared) => {
      const url = options.url ?? nonEmpty(env[urlVariable]) ?? defaultFeedUrl
      const insecure = options.insecure ?? false
      const address = parseFeedUrl(url, { insecure })
      if (address instanceof UrlRefused) {
        return Effect.succeed([{ state: "failed", cause: "mistake", message: address.message }])
      }
      const feed = { url, insecure, key: host.key ?? keyIn(options, folder) }
      const machine = host.machine ?? thisMachine(host.log)
      return checkFeed({ feed, host: address.host, filters: filtersIn(options), compared, machine }).pipe(
        Effect.catch(({ message }) => Effect.succeed([{ state: "failed", cause: "mistake", message } as const])),
      )
    },
  })

const limitedBy = (source: Source<unknown>, { limiter }: PartsHost): Source<unknown> => {
  const { setFilters } = source
  return {
    name: source.name,
    events: Stream.provideService(source.events, Limiter, limiter),
    ...setFilters === undefined ? {} : { setFilters: (filters: Filters) => setFilters.call(source, filters) },
    ...source.resync === undefined ? {} : { resync: source.resync.bind(source) },
  }
}

const keyIn = ({ key, key_file }: FeedOptions, folder: string): Key =>
  key !== undefined ? keyOf(key) : key_file !== undefined ? keyFromFile(resolve(folder, key_file)) : keyFromEnvironment

const nonEmpty = (text: string | undefined): string | undefined => text === "" ? undefined : text
