/** The two streams of a feed: made where they are missing, checked where they are there. */
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream"
import * as Duration from "effect/Duration"
import { NatsError } from "../NatsError.ts"
import { defaultName, type NatsStreamOptions, type Streams } from "../NatsOptions.ts"
import { checkNames } from "./connectNats.ts"

const defaultAgeMillis = 48 * 3_600_000
const defaultDuplicateMillis = 120_000

/** The names and settings of the streams. Throws a `NatsError` for a name that no stream can have. */
export const streamsOf = (options: NatsStreamOptions): Streams => {
  const {
    name = defaultName,
    logStream = `${name}_log`,
    latestStream = `${name}_latest`,
    latest = true,
    create = true,
    maxAge,
    maxBytes,
    storage = "file",
    replicas = 1,
    duplicateWindow,
    latestPerSubject = 1,
  } = options
  checkNames({ name, logStream: logStream.slice(0, 64), latestStream: latestStream.slice(0, 64) })
  const maxAgeMillis = maxAge === undefined ? defaultAgeMillis : Duration.toMillis(maxAge)
  return {
    name,
    log: logStream,
    latest: latest ? latestStream : undefined,
    create,
    maxAgeMillis,
    maxBytes,
    storage,
    replicas,
    duplicateMillis: Math.min(
      duplicateWindow === undefined ? defaultDuplicateMillis : Duration.toMillis(duplicateWindow),
      maxAgeMillis,
    ),
    latestPerSubject,
  }
}

const nanosInMilli = 1_000_000

type Wanted = Partial<StreamConfig> & { readonly name: string }

const logConfig = ({ name, log, maxAgeMillis, maxBytes, duplicateMillis, ...rest }: Streams): Wanted => ({
  ...commonConfig(rest),
  name: log,
  description: "boltodds: each record of the feed, in order",
  subjects: [`${name}.>`],
  max_age: maxAgeMillis * nanosInMilli,
  max_bytes: maxBytes ?? -1,
  duplicate_window: duplicateMillis * nanosInMilli,
})

/** Without a bound in time: a line that does not move for days is still the latest. */
const latestConfig = (streams: Streams, latest: string): Wanted => ({
  ...commonConfig(streams),
  name: latest,
  description: "boltodds: the latest record of each subject",
  max_msgs_per_subject: streams.latestPerSubject,
  sources: [{ name: streams.log }],
})

const commonConfig = ({ storage, replicas }: Pick<Streams, "storage" | "replicas">) => ({
  retention: RetentionPolicy.Limits,
  storage: storage === "file" ? StorageType.File : StorageType.Memory,
  discard: DiscardPolicy.Old,
  num_replicas: replicas,
})

/** Makes the streams that are missing, and returns what is known of the log. Rejects with a `NatsError`. */
export const ensureStreams = async (manager: JetStreamManager, streams: Streams): Promise<StreamInfo> => {
  const { latest, create } = streams
  const log = await ensureStream(manager, logConfig(streams), create)
  check(log, {
    subjects: { found: log.config.subjects?.includes(`${streams.name}.>`), needed: `${streams.name}.>` },
    retention: { found: log.config.retention === RetentionPolicy.Limits, needed: "limits" },
    "discard policy": { found: log.config.discard === DiscardPolicy.Old, needed: "old" },
    "messages per subject": { found: log.config.max_msgs_per_subject <= 0, needed: "no limit" },
  })
  if (latest === undefined) return log
  const found = await ensureStream(manager, latestConfig(streams, latest), create)
  const { config } = found
  check(found, {
    source: { found: (config.sources ?? []).some(({ name }) => name === streams.log), needed: streams.log },
    "messages per subject": {
      found: config.max_msgs_per_subject === streams.latestPerSubject,
      needed: String(streams.latestPerSubject),
    },
    retention: { found: config.retention === RetentionPolicy.Limits, needed: "limits" },
    // A line that does not move would be removed, and a reader would not know that it exists.
    "limit of age": { found: config.max_age === 0, needed: "none" },
    "limit of messages": { found: config.max_msgs <= 0, needed: "none" },
    "limit of bytes": { found: config.max_bytes <= 0, needed: "none" },
  })
  return log
}

interface Demand {
  readonly found: boolean | undefined
  readonly needed: string
}

/** With another value the stream would lose records, or readers would see stale ones. */
const check = ({ config }: StreamInfo, demands: { readonly [setting: string]: Demand }): void => {
  const wrong = Object.entries(demands).filter(([, { found }]) => found !== true)
  if (wrong.length === 0) return
  const needs = wrong.map(([setting, { needed }]) => `${setting}: ${needed}`).join(", ")
  throw new NatsError(
    "stream",
    `Cannot use the stream ${config.name}: it needs ${needs}. ` +
      "Change it with `nats stream edit`, remove it, or use another name.",
  )
}

/** What of the log is not as the options say: it is used as it is. Undefined: all is. */
export const differenceOf = ({ config }: StreamInfo, options: NatsStreamOptions): string | undefined => {
  const { log, maxAgeMillis, maxBytes, storage, replicas } = streamsOf(options)
  const differences = [
    ...options.maxAge !== undefined && config.max_age !== maxAgeMillis * nanosInMilli
      ? [`keeps records for ${config.max_age / nanosInMilli / 1_000} s, not ${maxAgeMillis / 1_000} s`]
      : [],
    ...maxBytes !== undefined && config.max_bytes !== maxBytes
      ? [`has a limit of ${config.max_bytes} bytes, not ${maxBytes}`]
      : [],
    ...options.storage !== undefined && config.storage !== storage ? [`is in ${config.storage}, not ${storage}`] : [],
    ...options.replicas !== undefined && config.num_replicas !== replicas
      ? [`has ${config.num_replicas} replicas, not ${replicas}`]
      : [],
  ]
  return differences.length === 0
    ? undefined
    : `The stream ${log} ${differences.join(", ")}. Change it with \`nats stream edit\`, or change the options.`
}

const ensureStream = async (manager: JetStreamManager, wanted: Wanted, create: boolean): Promise<StreamInfo> => {
  const found = await streamInfo(manager, wanted.name)
  if (found !== undefined) return found
  if (!create) {
    throw new NatsError("no-stream", `The stream ${wanted.name} does not exist. Make it, or set create: true.`)
  }
  return await manager.streams.add(wanted)
}

/** What the server knows of a stream; undefined if it does not exist. */
export const streamInfo = async (manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> => {
  try {
    return await manager.streams.info(name)
  } catch (cause) {
    if (cause instanceof JetStreamApiError && cause.code === JetStreamApiCodes.StreamNotFound) return undefined
    throw cause
  }
}
