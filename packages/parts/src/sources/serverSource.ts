/** What the sources have in common that read the records of another pipeline from a server. */
import {
  type OptionProblem,
  type OptionsPlace,
  type SourceFinding,
  type SourcePlugin,
  sourcePlugin,
  type WrittenOptions,
} from "@boltodds/config"
import type { StreamRecord } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Stream } from "effect/Stream"
import { limitedLog } from "../options/limitedLog.ts"
import type { Guard } from "../PartsHost.ts"

/** Why a server cannot be read. */
interface ServerTrouble {
  readonly reason: string
  readonly message: string
}

/** What the reader of a server is opened with besides its options. */
export interface OpenReader {
  /** Of the records that it makes itself: no other process has it. */
  readonly origin: string
  readonly onTrouble: (error: ServerTrouble) => void
}

/** The reader of a kind of server, once it is loaded. */
export interface ServerReader<Options> {
  readonly records: (options: Options, open: OpenReader) => Stream<ReadonlyArray<StreamRecord>, unknown>
  /** Connects once; what it found, for people. */
  readonly check: (options: Options) => Effect.Effect<string, ServerTrouble>
}

/** A kind of server. */
export interface ServerSource<Options> {
  readonly name: string
  readonly about: string
  readonly config: Schema.Decoder<Options>
  readonly problems: (written: WrittenOptions, place: OptionsPlace) => ReadonlyArray<OptionProblem>
  readonly guard: Guard | undefined
  /** The hosts that are contacted, with their ports. */
  readonly hosts: (options: Options) => ReadonlyArray<string>
  /** The options whose texts go there. */
  readonly sends: ReadonlyArray<string>
  /** What is read, in a word: a part of the origin. */
  readonly what: (options: Options) => string
  /** Loads the client of the server: only where the source is opened. */
  readonly load: () => Promise<ServerReader<Options>>
}

/** A source of records that are read from a server. */
export const serverSource = <Options>(
  { name: kind, about, config, problems, guard, hosts, sends, what, load }: ServerSource<Options>,
): SourcePlugin<Options> =>
  sourcePlugin({
    kind: "source",
    name: kind,
    about,
    gives: "records",
    config,
    problems: (written, place) => [...problems(written, place), ...guard?.(written, place) ?? []],
    touches: (options) => hosts(options).map((host) => ({ kind: "contacts", what: host, sends })),
    make: (options, { log, name, run }) =>
      Effect.map(Effect.promise(load), ({ records }) => {
        const warn = limitedLog(log)
        const open = {
          origin: `${kind}:${what(options)}/${run}`,
          onTrouble: (error: ServerTrouble) => warn(error.message),
        }
        return { source: { name, records: records(options, open), isLive: true } }
      }),
    check: (options) =>
      Effect.promise(load).pipe(
        Effect.flatMap(({ check }) => check(options)),
        Effect.map((message): ReadonlyArray<SourceFinding> => [{ state: "ok", message }]),
        Effect.catch((trouble) => Effect.succeed([findingOf(trouble)])),
      ),
  })

const findingOf = ({ reason, message }: ServerTrouble): SourceFinding => {
  switch (reason) {
    // A run waits for it.
    case "no-stream":
      return { state: "warning", message }
    case "refused":
      return { state: "failed", cause: "key", message }
    case "options":
      return { state: "failed", cause: "mistake", message }
    default:
      return { state: "failed", cause: "unavailable", message }
  }
}

/** `since` says where in a log to begin. */
export const sinceProblems = (written: WrittenOptions): ReadonlyArray<OptionProblem> =>
  "since" in written && written["from"] !== "log"
    ? [{
      path: ["since"],
      part: "key",
      message: "Cannot use `since` without `from: log`: the latest records are always the whole book",
      remedy: "remove it, or add `from: log`",
    }]
    : []
