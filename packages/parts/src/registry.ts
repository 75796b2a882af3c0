/** The registry: every part that a configuration can name. */
import {
  builtinEmits,
  builtinProcessors,
  type EmitPlugin,
  type LeasePlugin,
  type Registry,
  type SinkPlugin,
  type SourcePlugin,
  type StorePlugin,
} from "@boltodds/config"
import { vendorEmit } from "./emits/vendorEmit.ts"
import type { PartsHost } from "./PartsHost.ts"

/** Loads a part. Loading takes longer than anything else at the start, so each part is loaded only when it is named. */
type Load<Plugin> = (host: PartsHost) => Promise<Plugin>

// A registry holds plug-ins of many options; each plug-in's own schema checks them.
const sources: { readonly [name: string]: Load<unknown> } = {
  feed: async (host) => (await import("./sources/feedSource.ts")).feedSource(host),
  simulator: async (host) => (await import("./sources/simulatorSource.ts")).simulatorSource(host),
  replay: async () => (await import("./sources/recordingSources.ts")).replaySource,
  stdin: async () => (await import("./sources/recordingSources.ts")).stdinSource,
  nats: async (host) => (await import("./sources/natsSource.ts")).natsSource(host),
  redis: async (host) => (await import("./sources/redisSource.ts")).redisSource(host),
  serve: async (host) => (await import("./sources/serveSource.ts")).serveSource(host),
  changes: async () => (await import("./sources/changesSource.ts")).changesSource,
}

const sinks: { readonly [name: string]: Load<unknown> } = {
  stdout: async () => (await import("./sinks/stdoutSink.ts")).stdoutSink,
  file: async () => (await import("./sinks/fileSink.ts")).fileSink,
  webhook: async (host) => (await import("./sinks/webhookSink.ts")).webhookSink(host),
  serve: async (host) => (await import("./sinks/serveSink.ts")).serveSink(host),
  nats: async (host) => (await import("./sinks/natsSink.ts")).natsSink(host),
  redis: async (host) => (await import("./sinks/redisSink.ts")).redisSink(host),
  postgres: async (host) => (await import("./sinks/postgresSink.ts")).postgresSink(host),
  parquet: async () => (await import("./sinks/parquetSink.ts")).parquetSink,
}

const leases: { readonly [name: string]: Load<unknown> } = {
  nats: async (host) => (await import("./leases/natsLease.ts")).natsLease(host),
}

const stores: { readonly [name: string]: Load<unknown> } = {
  outbox: async () => (await import("./sinks/outboxStore.ts")).outboxStore,
}

/** Emits that are read only if one of them is named. */
const signals: { readonly [name: string]: Load<unknown> } = {
  best: async () => (await import("./emits/bestEmit.ts")).bestEmit,
  fair: async () => (await import("./emits/fairEmit.ts")).fairEmit,
  closing: async () => (await import("./emits/closingEmit.ts")).closingEmit,
  opportunities: async () => (await import("./emits/opportunitiesEmit.ts")).opportunitiesEmit,
}

/** The names of parts to load. */
export interface PartNames {
  readonly source: string
  readonly sinks: ReadonlyArray<string>
  /** Default: the usual one. */
  readonly emits?: ReadonlyArray<string>
}

/**
 * Makes the registry that `loadPipeline` of `@boltodds/config` takes.
 *
 * It holds the sources `feed`, `simulator`, `replay`, `stdin`, `changes`, `nats`, `redis` and `serve`, the sinks `stdout`, `file`, `webhook`, `serve`,
 * `nats`, `redis`, `postgres` and `parquet`, the store `outbox`, the lease `nats`, the emits and processors of `@boltodds/config`, and the emits of signals (`best`,
 * `fair`, `closing`, `opportunities`). With `only`, it holds the named sources and sinks alone, no lease, the store only beside a webhook, and the emits of
 * signals only if an emit is named that `@boltodds/config` does not have.
 *
 * @example
 * ```ts
 * import { loadPipeline } from "@boltodds/config"
 * import { makeRegistry } from "@boltodds/parts"
 * import * as Effect from "effect/Effect"
 *
 * const check = (text: string) =>
 *   Effect.gen(function* () {
 *     const registry = yield* Effect.promise(() => makeRegistry())
 *     return yield* loadPipeline(text, { file: "pipeline.yaml", registry, env: process.env })
 *   })
 * ```
 */
export const makeRegistry = async (host: PartsHost = {}, only?: PartNames): Promise<Registry> => {
  const load = (parts: typeof sources, names: ReadonlyArray<string> | undefined): Promise<ReadonlyArray<unknown>> =>
    Promise.all(
      Object.entries(parts).filter(([name]) => names === undefined || names.includes(name)).map(([, make]) =>
        make(host)
      ),
    )
  const plain = new Set([...builtinEmits, vendorEmit].map(({ name }) => name))
  // A name that is misspelt may be meant for any of them.
  const needsSignals = only === undefined || (only.emits ?? []).some((name) => !plain.has(name))
  // A lease is named by a configuration only.
  const leading = only === undefined ? undefined : []
  const durable = only === undefined || only.sinks.includes("webhook") ? undefined : []
  return {
    sources: await load(sources, only === undefined ? undefined : [only.source]) as ReadonlyArray<SourcePlugin>,
    emits: [
      ...builtinEmits,
      ...await load(signals, needsSignals ? undefined : []) as ReadonlyArray<EmitPlugin>,
      vendorEmit,
    ],
    processors: builtinProcessors,
    sinks: await load(sinks, only?.sinks) as ReadonlyArray<SinkPlugin>,
    stores: await load(stores, durable) as ReadonlyArray<StorePlugin>,
    leases: await load(leases, leading) as ReadonlyArray<LeasePlugin>,
  }
}
