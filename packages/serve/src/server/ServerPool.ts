/** The servers of a process: sinks with the same address share one. */
import { isLoopbackHost } from "@boltodds/text"
import type { LatestStatus } from "@boltodds/pipeline"
import type { Batch, Sink } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { CutReason } from "../client/Client.ts"
import type { StreamRecords } from "../stream/RecordStream.ts"
import { refusalOfExposure } from "./Access.ts"
import { defaultListen, type ListenAddress, listenAddress } from "./listenAddress.ts"
import { StreamServer } from "./StreamServer.ts"
import { readKeyHashes } from "../vendor/ClientKeys.ts"
import type { OnGap } from "../vendor/VendorBook.ts"
import { VendorFeed } from "../vendor/VendorFeed.ts"

/** The options of the sink `serve`, as a configuration has them. */
export interface ServeSinkOptions {
  /** `[HOST:]PORT`; the host is 127.0.0.1 if it is left out. @default "127.0.0.1:7880" */
  readonly listen?: string | number
  readonly token?: Redacted.Redacted<string>
  /** PEM. */
  readonly tls_cert?: string
  /** PEM. */
  readonly tls_key?: Redacted.Redacted<string>
  readonly allow_hosts?: ReadonlyArray<string>
  readonly compress?: boolean
  readonly clients?: number
  readonly filters?: number
  readonly ring_records?: number
  readonly ring_bytes?: number
  readonly ring_for?: Duration.Duration
  readonly slow_bytes?: number
  readonly max_bytes?: number
  readonly stall?: Duration.Duration
  /** Hashes of the keys of clients of the vendor's protocol, see `readKeyHashes`: they are served at `/api`. */
  readonly client_keys?: Redacted.Redacted<string>
  readonly on_gap?: OnGap
}

/** What a sink reports. None of it may throw. */
export interface ServeSinkEvents {
  readonly onRefused: (why: string) => void
  readonly onCut: (why: CutReason) => void
  readonly onExposed: (why: string) => void
}

/** A sink at work. */
export interface ServedSink {
  readonly url: string
  readonly sink: Sink<never>
  readonly close: () => Promise<void>
}

/** An option that cannot be used. */
export interface ServeSinkProblem {
  readonly option: string
  readonly message: string
  readonly remedy: string
}

/** What does not fit together in options as they are written. They may hold anything. */
export const serveSinkProblems = (
  written: Readonly<Record<string, unknown>>,
  emit: string | undefined,
): ReadonlyArray<ServeSinkProblem> => [...addressProblems(written), ...vendorProblems(written, emit)]

const vendorProblems = (
  { client_keys: keys, on_gap: onGap }: Readonly<Record<string, unknown>>,
  emit: string | undefined,
): ReadonlyArray<ServeSinkProblem> => {
  if (keys === undefined) {
    if (onGap === undefined) return []
    const message = "Cannot use `on_gap` without `client_keys`: it is about clients of the vendor's protocol"
    return [{ option: "on_gap", message, remedy: "remove it, or set client_keys" }]
  }
  if (emit !== undefined && emit !== "vendor") {
    const message =
      `Cannot serve the vendor's protocol from \`emit: ${emit}\`: it needs the feed's own messages, and when games begin and end`
    return [{ option: "client_keys", message, remedy: "write `emit: vendor`, in a sink of its own beside others" }]
  }
  try {
    if (typeof keys === "string") readKeyHashes(keys)
    return []
  } catch (cause) {
    return [{ option: "client_keys", message: (cause as Error).message, remedy: "write one hash on a line" }]
  }
}

const addressProblems = (written: Readonly<Record<string, unknown>>): ReadonlyArray<ServeSinkProblem> => {
  const { listen = defaultListen, token, tls_cert: cert, tls_key: key } = written
  const problems: Array<ServeSinkProblem> = []
  let address: ListenAddress | undefined
  try {
    if (typeof listen === "string" || typeof listen === "number") address = listenAddress(listen)
  } catch (cause) {
    problems.push({ option: "listen", message: (cause as Error).message, remedy: "write `listen: 127.0.0.1:7880`" })
  }
  // A secret that could not be read is undefined, and reported elsewhere.
  const isUnread = "token" in written && typeof token !== "string"
  const refusal = address === undefined || isUnread
    ? undefined
    : refusalOfExposure({ host: address.host, ...typeof token === "string" ? { token } : {} })
  if (refusal !== undefined) {
    const option = "token" in written ? "token" : "listen"
    problems.push({ option, message: refusal, remedy: "write `token: { file: path }` with 32 random characters" })
  }
  if ((cert === undefined) !== (key === undefined) && "tls_cert" in written !== "tls_key" in written) {
    const option = "tls_cert" in written ? "tls_cert" : "tls_key"
    problems.push({
      option,
      message: "Cannot use a certificate without its key, or a key without its certificate",
      remedy: "set both tls_cert and tls_key",
    })
  }
  return problems
}

interface Shared {
  readonly opened: Promise<StreamServer>
  /** Who brought the options. */
  readonly owner: string
  uses: number
}

/** Opens servers, one for each address. */
export class ServerPool {
  readonly #servers = new Map<string, Shared>()
  readonly #status: LatestStatus | undefined

  /** `status`: that of the process, which all servers then show too. */
  constructor(status?: LatestStatus) {
    this.#status = status
  }

  /**
   * Opens a server for the status of the process alone; sinks with its address share it, and it outlasts them. Rejects as
   * {@link ServerPool.open}.
   */
  async openStatus(
    options: ServeSinkOptions,
    events: ServeSinkEvents,
  ): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
    const { server, release } = await this.#share(options, "the server of the status", events)
    return { url: server.url, close: release }
  }

  /**
   * Opens a sink. The first at an address brings the options of the server; others name nothing but the address. Rejects
   * with `ListenError` or `RangeError`.
   */
  async open(options: ServeSinkOptions, records: StreamRecords<never>, events: ServeSinkEvents): Promise<ServedSink> {
    const { server, release } = await this.#share(options, `the sink with the emit ${records.emit}`, events)
    try {
      const stream = server.add(records)
      const { client_keys: keys } = options
      const vendor = keys === undefined ? undefined : mountVendor(server, keys, options, events)
      const write = (batch: Batch<never>): void => {
        stream.write(batch)
        vendor?.feed.take(batch.envelopes)
      }
      return {
        url: server.url,
        sink: { guarantee: "at-most-once", write: (batch) => Effect.sync(() => write(batch)) },
        close: async () => {
          vendor?.unmount()
          await vendor?.feed.stop()
          server.remove(records.emit)
          await release()
        },
      }
    } catch (cause) {
      await release()
      throw cause
    }
  }

  /** The server of an address; the first brings its options. */
  async #share(
    options: ServeSinkOptions,
    owner: string,
    events: ServeSinkEvents,
  ): Promise<{ readonly server: StreamServer; readonly release: () => Promise<void> }> {
    const address = listenAddress(options.listen ?? defaultListen)
    const name = `${address.host}:${address.port}`
    const known = this.#servers.get(name)
    const shared = known ?? this.#create(address, options, owner, events)
    if (known !== undefined) requireNoOptions(options, name, known.owner)
    else this.#servers.set(name, shared)
    shared.uses += 1
    const release = async (): Promise<void> => {
      shared.uses -= 1
      if (shared.uses > 0) return
      if (this.#servers.get(name) === shared) this.#servers.delete(name)
      await (await shared.opened).stop()
    }
    try {
      return { server: await shared.opened, release }
    } catch (cause) {
      if (this.#servers.get(name) === shared) this.#servers.delete(name)
      throw cause
    }
  }

  #create({ host, port }: ListenAddress, options: ServeSinkOptions, owner: string, events: ServeSinkEvents): Shared {
    const { token, tls_cert: cert, tls_key: key } = options
    const open = async (): Promise<StreamServer> => {
      const server = new StreamServer({
        host,
        port,
        ...this.#status === undefined ? {} : { status: this.#status },
        ...token === undefined ? {} : { token: Redacted.value(token) },
        ...cert === undefined || key === undefined ? {} : { tls: { cert, key: Redacted.value(key) } },
        ...options.allow_hosts === undefined ? {} : { allowHosts: options.allow_hosts },
        ...options.compress === undefined ? {} : { compress: options.compress },
        limits: {
          clients: options.clients,
          filters: options.filters,
          ringRecords: options.ring_records,
          ringBytes: options.ring_bytes,
          ringMillis: millis(options.ring_for),
          slowBytes: options.slow_bytes,
          maxBytes: options.max_bytes,
          stallMillis: millis(options.stall),
        },
        onEvent: (event) => event._tag === "Cut" ? events.onCut(event.why) : events.onRefused(event.why),
      })
      await server.open()
      if (cert === undefined && !isLoopbackHost(host)) {
        events.onExposed(`${server.url} is not encrypted: set tls_cert and tls_key, or put a proxy with TLS before it`)
      }
      return server
    }
    return { opened: open(), owner, uses: 0 }
  }
}

const mountVendor = (
  server: StreamServer,
  keys: Redacted.Redacted<string>,
  { on_gap: onGap, max_bytes: maxBytes }: ServeSinkOptions,
  { onRefused }: ServeSinkEvents,
) => {
  const { host, options: { allowHosts } } = server
  const feed = new VendorFeed({
    keys: readKeyHashes(Redacted.value(keys)),
    host,
    allowHosts,
    onGap,
    maxBytes,
    onRefused,
  })
  return { feed, unmount: server.mount("/api", feed.mounted) }
}

const millis = (duration: Duration.Duration | undefined): number | undefined =>
  duration === undefined ? undefined : Duration.toMillis(duration)

/** Options that are not of the server. */
const ownOptions: ReadonlySet<string> = new Set(["listen", "client_keys", "on_gap"])

const requireNoOptions = (options: ServeSinkOptions, address: string, owner: string): void => {
  const others = Object.keys(options).filter((name) => !ownOptions.has(name))
  if (others.length === 0) return
  throw new RangeError(
    `Cannot use ${others.join(", ")} here: the server at ${address} has the options of ${owner}. Move them there`,
  )
}
