/** The sink `nats`. */
import { type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { NatsConfig, natsConfigProblems, natsHosts, natsOptions } from "@boltodds/nats/options"
import type { LogPosition } from "@boltodds/nats"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { PartsHost } from "../PartsHost.ts"

/** Each batch waits for its answer: 500 records cost a record little, and are small enough to be sent again. */
const batch = { records: 500, bytes: 512 * 1024 }

/** NATS JetStream. The client of NATS is loaded when the sink is opened. */
export const natsSink = ({ guards }: Pick<PartsHost, "guards">): SinkPlugin<NatsConfig> =>
  sinkPlugin({
    kind: "sink",
    name: "nats",
    about: "NATS JetStream: a log with each record once, and the latest record of each line for readers that join.",
    config: NatsConfig,
    needsControls: true,
    needsSameBatches: true,
    problems: (written, place) => [
      ...natsConfigProblems(written, place.emit).map((problem) => ({ ...problem, part: "value" as const })),
      ...guards?.nats?.(written, place) ?? [],
    ],
    touches: ({ servers = "nats://127.0.0.1:4222" }) =>
      natsHosts(servers).map((what) => ({ kind: "contacts", what, sends: ["user", "client_name"] })),
    book: (options) =>
      options.latest === false
        ? Effect.fail(
          new Error("it keeps no latest records (latest: false). Leave that out, and readers keep their book"),
        )
        : Effect.flatMap(Effect.promise(() => import("@boltodds/nats")), ({ natsBook }) =>
          natsBook(natsOptions(options))),
    make: (options, { emit, log, name, position }) =>
      Effect.flatMap(
        Effect.promise(() =>
          import("@boltodds/nats")
        ),
        ({ nats }) =>
          nats({
            latest: emit === "changes",
            ...natsOptions(options),
            // What `book` gave.
            ...position === undefined ? {} : { continues: position as LogPosition },
            onEvent: (event) => {
              switch (event._tag) {
                case "CleaningFailed":
                  return log("warn", `cannot clean the latest records, trying on: ${event.error.message}`, {
                    sink: name,
                  })
                case "LogForgot":
                  return log("error", `${event.stream} has lost records; the whole book is sent again`, { sink: name })
                case "StreamDiffers":
                  return log("warn", event.message, { sink: name })
              }
            },
          }),
      ),
    lane: () => ({
      overflow: "block",
      batch,
      retry: { base: Duration.millis(200), cap: Duration.seconds(5), attempts: Infinity },
    }),
  })
