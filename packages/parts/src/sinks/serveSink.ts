/** The sink `serve`. */
import {
  type OptionProblem,
  type PluginContext,
  PositiveDuration,
  type SinkPlugin,
  sinkPlugin,
  type WrittenOptions,
} from "@boltodds/config"
import { defaultListen, listenAddress, ServerPool, type ServeSinkOptions, serveSinkProblems } from "@boltodds/serve"
import { ByteSize, ReferencedText, SinkError } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { PartsHost } from "../PartsHost.ts"

const secret = (description: string) => Schema.RedactedFromValue(Schema.String.annotate({ description }))
const count = (description: string) =>
  Schema.optionalKey(
    Schema.Int.check(Schema.isGreaterThan(0, { expected: "a whole number above 0" })).annotate({ description }),
  )
const size = (description: string) => Schema.optionalKey(ByteSize.annotate({ description }))
const time = (description: string) => Schema.optionalKey(PositiveDuration.annotate({ description }))

const config: Schema.Decoder<ServeSinkOptions> = Schema.Struct({
  listen: Schema.optionalKey(
    Schema.Union([Schema.Int, Schema.String]).annotate({
      expected: "a port, or an address with a port such as 127.0.0.1:7880",
      description: "[HOST:]PORT. Sinks with the same one share a server. Default 127.0.0.1:7880.",
    }),
  ),
  token: Schema.optionalKey(
    secret("What clients send as a bearer token. Needed for other addresses than this machine's."),
  ),
  tls_cert: Schema.optionalKey(
    ReferencedText.annotate({ description: "The certificate (PEM), with tls_key: HTTPS only." }),
  ),
  tls_key: Schema.optionalKey(secret("The private key of the certificate (PEM).")),
  allow_hosts: Schema.optionalKey(
    Schema.Array(Schema.String).annotate({
      description: "Names of this server, and sites whose pages may connect, beside its own. Default none.",
    }),
  ),
  compress: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Compress what goes to WebSockets that ask for it. Default false." }),
  ),
  clients: count("Clients at one time. Default 10000."),
  filters: count("Different filters of clients at one time. Default 256."),
  ring_records: count("The latest records of each filter, for clients that come back. Default 8192."),
  ring_bytes: size("The same in characters. Default 8MiB."),
  ring_for: time("How long they are kept after the last client has gone. Default 30s."),
  slow_bytes: size("Unsent bytes with which a client gets merged records. Default 1MiB."),
  max_bytes: size("Unsent bytes with which a client is cut off. Default 64MiB."),
  stall: time("How long a client with unsent bytes may take none. Default 30s."),
  client_keys: Schema.optionalKey(
    secret("With emit: vendor: serve the vendor's protocol at /api to these keys, one SHA-256 on a line."),
  ),
  on_gap: Schema.optionalKey(
    Schema.Literals(["clear", "close", "keep"]).annotate({
      description:
        "What clients of the vendor's protocol get when prices are unverified. clear (default): book_clear, and the games again once they are verified. close: their connections are closed. keep: nothing.",
    }),
  ),
})

/** Serves records over WebSocket and Server-Sent Events. */
export const serveSink = (host: PartsHost): SinkPlugin<ServeSinkOptions> => {
  const pool = host.servers ?? new ServerPool(host.status)
  return sinkPlugin<ServeSinkOptions>({
    kind: "sink",
    name: "serve",
    about:
      "A server for any number of clients: WebSocket, Server-Sent Events and snapshots, with filters of their own.",
    config,
    needsControls: true,
    touches: ({ listen = defaultListen }) => {
      const { host: name, port } = listenAddress(listen)
      return [{ kind: "listens", what: `${name.includes(":") ? `[${name}]` : name}:${port}` }]
    },
    problems: (written, { emit }) => problemsOf(written, emit),
    make: (options, context) =>
      Effect.gen(function* () {
        const { name, emit, run, records: { conditions, ...rules } } = context
        const condition = conditions === undefined ? undefined : yield* conditions
        const opened = yield* Effect.acquireRelease(
          Effect.tryPromise({
            try: () => pool.open(options, { emit, run, condition, ...rules }, eventsOf(context)),
            catch: (cause) => new SinkError({ rest: "disable", cause }),
          }),
          ({ close }) => Effect.promise(close),
        )
        const served = options.client_keys === undefined
          ? `${emit} at ${opened.url}/v1/stream`
          : `the vendor's protocol at ${opened.url}/api`
        context.log("info", `serving ${served}`, { event: "serving", sink: name })
        return opened.sink
      }),
    // A batch is delivered once it is with the clients or waits for each of them: the lane never fills.
    lane: () => ({ overflow: "block" }),
  })
}

const problemsOf = (written: WrittenOptions, emit: string | undefined): ReadonlyArray<OptionProblem> =>
  serveSinkProblems(written, emit).map(({ option, message, remedy }) => ({ path: [option], message, remedy }))

/** Clients that are cut off are logged at most once in ten seconds. */
const quietMillis = 10_000

const eventsOf = ({ log, name }: PluginContext) => {
  let cut = 0
  let loggedAt = -Infinity
  return {
    onRefused: (why: string): void =>
      log("warn", `a web page was refused: ${why}`, { event: "page_refused", sink: name }),
    onCut: (why: string): void => {
      cut += 1
      const now = performance.now()
      if (now - loggedAt < quietMillis) return
      loggedAt = now
      log("warn", `cut off ${cut === 1 ? "a client" : `${cut} clients`}: ${why}`, {
        event: "client_cut_off",
        sink: name,
      })
      cut = 0
    },
    onExposed: (why: string): void => log("warn", why, { event: "server_exposed", sink: name }),
  }
}
