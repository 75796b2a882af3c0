/** The store `outbox`: what waits survives the end of the process. */
import { ByteSize, PositiveDuration, type StorePlugin, storePlugin } from "@boltodds/config"
import { outbox } from "@boltodds/outbox"
import { type Change, changeKey } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { resolve } from "node:path"
import { realPath } from "./realPath.ts"

/** What can be set about an outbox. */
export interface OutboxStoreOptions {
  readonly path?: string
  readonly max_bytes?: number
  readonly fsync?: boolean
  readonly keep_dead?: number
  readonly keep_dead_for?: Duration.Duration
}

const count = Schema.Int.check(Schema.isGreaterThan(0, { expected: "a whole number above 0" }))

/** Where the outbox of a sink is where the options do not say: beside the configuration. */
export const defaultOutboxPath = (folder: string, sink: string): string =>
  resolve(folder, "outbox", `${encodeURIComponent(sink)}.sqlite`)

/** What waits is committed before it is delivered. */
export const outboxStore: StorePlugin<OutboxStoreOptions> = storePlugin({
  kind: "store",
  name: "outbox",
  about: "A database file: every record is committed before delivery, and delivered at least once across crashes.",
  durable: true,
  config: Schema.Struct({
    path: Schema.optionalKey(Schema.String.annotate({
      description: "The database file, one for each sink. Default outbox/NAME.sqlite beside the configuration.",
    })),
    max_bytes: Schema.optionalKey(ByteSize.annotate({ description: "What may wait. Default 1GiB." })),
    fsync: Schema.optionalKey(Schema.Boolean.annotate({
      description: "Whether a commit survives a power failure, not only a crash. Default false.",
    })),
    keep_dead: Schema.optionalKey(count.annotate({ description: "Dead letters that are kept. Default 100000." })),
    keep_dead_for: Schema.optionalKey(PositiveDuration.annotate({
      description: "How long dead letters are kept. Default 7d.",
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
              return log("warn", `the outbox cannot be written, and goes on: ${event.error.message}`, { sink: name })
            case "Gone":
            case "LogGone":
              return log("error", event.error.message, { sink: name })
            case "Exposed":
              return log("warn", event.error.message.replace("Cannot use the outbox", "Others may reach the outbox"), {
                sink: name,
              })
            case "Recovered":
              return log("info", "the outbox can be written again", { sink: name })
            case "DeadLettersDropped":
              return log("warn", `${event.count} dead letters were removed (${event.because})`, { sink: name })
          }
        },
      }),
      (opened) => {
        const { records } = opened.store
        if (records > 0) {
          log("info", `${records} records of an earlier run wait in the outbox, and are delivered first`, {
            sink: name,
          })
        }
        return { store: opened.store, bounds: opened.bounds }
      },
    ),
})

/** Which line or game a record is about: a newer one of the same makes it history. */
const lineOf = ({ value }: Envelope<unknown>): string | undefined =>
  typeof value === "object" && value !== null && "change" in value && "sportsbook" in value
    ? changeKey(value as Change)
    : undefined
