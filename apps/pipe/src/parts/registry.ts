/** Everything that a configuration of this command can name. */
import { builtinProcessors, type Registry, type SinkPlugin, type SourcePlugin } from "@boltodds/config"
import type { PartsHost } from "./PartsHost.ts"

const sources: { readonly [name: string]: (host: PartsHost) => Promise<unknown> } = {
  feed: async (host) => (await import("./feedSource.ts")).feedSource(host),
  simulator: async (host) => (await import("./simulatorSource.ts")).simulatorSource(host),
  replay: async () => (await import("./recordingSources.ts")).replaySource,
  stdin: async () => (await import("./recordingSources.ts")).stdinSource,
}

const sinks: { readonly [name: string]: (host: PartsHost) => Promise<unknown> } = {
  stdout: async () => (await import("./stdoutSink.ts")).stdoutSink,
  file: async () => (await import("./fileSink.ts")).fileSink,
  webhook: async (host) => (await import("./webhookSink.ts")).webhookSink(host),
}

/** The parts that somebody names; only they are loaded, since loading takes longer than anything else at the start. */
export interface PartNames {
  readonly source: string
  readonly sinks: ReadonlyArray<string>
}

/** The sources, processors, sinks and stores of this command: all of them, or only those named. */
export const makeRegistry = async (host: PartsHost, only?: PartNames): Promise<Registry> => ({
  sources: await Promise.all(
    Object.entries(sources).filter(([name]) => only === undefined || name === only.source).map(([, make]) =>
      make(host)
    ),
  ) as ReadonlyArray<SourcePlugin>,
  processors: builtinProcessors,
  sinks: await Promise.all(
    Object.entries(sinks).filter(([name]) => only === undefined || only.sinks.includes(name)).map(([, make]) =>
      make(host)
    ),
  ) as ReadonlyArray<SinkPlugin>,
  stores: only === undefined || only.sinks.includes("webhook") ? [(await import("./outboxStore.ts")).outboxStore] : [],
})
