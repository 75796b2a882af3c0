/** The store `outbox`: waiting records outlast the process. */
import { ByteSize, PositiveDuration, type StorePlugin, storePlugin } from "@boltodds/config"
import { outbox } from "@boltodds/outbox"
import { type Change, changeKey } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { resolve } from "node:path"
import { realPath } from "./fileSink.ts"

/** Options of an outbox. */
export interface OutboxStoreOptions {
  readonly path?: string
  readonly max_bytes?: number
  readonly fsync?: boolean
  readonly keep_dead?: number
  readonly keep_dead_for?: Duration.Duration
}

const count = Schema.Int.check(Schema.isGreaterThan(0, { expected: "a whole number above 0" }))

/** The default path of a sink's outbox: beside the configuration. */
const defaultOutboxPath = (folder: string, sink: string): string =>
  resolve(folder, "outbox", `${encodeURIComponent(sink)}.sqlite`)

/** A database file in which records are committed before they are delivered. */
export const outboxStore: StorePlugin<OutboxStoreOptions> = storePlugin({
  kind: "store",
  name: "outbox",
  about: "A database file: every record is committed before delivery, and delivered at least once across crashes.",
  durable: true,
  config: Schema.Struct({
    path: Schema.optionalKey(Schema.String.annotate({
      description: "The database file, one for each sink. Default outbox/NAME.sqlite beside the configuration.",
    })),
    max_bytes: Schema.optionalKey(ByteSize.annotate({ description: "The most that can wait. Default 1GiB." })),
    fsync: Schema.optionalKey(Schema.Boolean.annotate({
      description: "Makes a commit survive a power failure, not only a crash. Default false.",
    })),
    keep_dead: Schema.optionalKey(
      count.annotate({ description: "The number of dead letters to keep. Default 100000." }),
    ),
    keep_dead_for: Schema.optionalKey(PositiveDuration.annotate({
      description: "How long to keep dead letters. Default 7d.",
    })),
  }),
  claims: ({ path }, { folder, name }) => [
    { path: ["path"], file: [realPath(path === undefined ? defaultOutboxPath(folder, name) : resolve(folder, path))] },
  ],
  make: ({ path, max_bytes, fsync, keep_dead, keep_dead_for }, { name, folder, run, log }) =>
    Effect.map(
      outbox<never>({
        path: path === undefined ? defaultOutboxPath(folder, name) : resolve(folder, path),
        run,
        key: lineOf,
        ...max_bytes === undefined ? {} : { maxBytes: max_bytes },
        ...fsync === undefined ? {} : { fsync },
        ...keep_dead === undefined ? {} : { keepDead: keep_dead },
        ...keep_dead_for === undefined ? {} : { keepDeadFor: keep_dead_for },
        onEvent: (event) => {
          switch (event._tag) {
            case "Failing":
              return log("warn", `cannot write to the outbox, trying on: ${event.error.message}`, { sink: name })
            case "Gone":
            case "LogGone":
              return log("error", event.error.message, { sink: name })
            case "Exposed":
              return log("warn", event.error.message.replace("Cannot use the outbox", "Others may reach the outbox"), {
                sink: name,
              })
            case "Recovered":
              return log("info", "the outbox is written again", { sink: name })
            case "DeadLettersDropped":
              return log("warn", `removed ${event.count} dead letters (${event.because})`, { sink: name })
          }
        },
      }),
      (opened) => {
        const { records } = opened.store
        if (records > 0) {
          log("info", `delivering ${records} records of an earlier run from the outbox first`, {
            sink: name,
          })
        }
        return { store: opened.store, bounds: opened.bounds }
      },
    ),
})

/** The line or game of a record: a newer record of the same makes this one history. */
const lineOf = ({ value }: Envelope<unknown>): string | undefined =>
  typeof value === "object" && value !== null && "change" in value && "sportsbook" in value
    ? changeKey(value as Change)
    : undefined
