/** The source `nats`: the records that another pipeline writes to NATS JetStream. */
import { type SourceFinding, type SourcePlugin, sourcePlugin } from "@boltodds/config"
import { natsConfigProblems, natsHosts, NatsReaderConfig, natsReaderOptions } from "@boltodds/nats/options"
import * as Effect from "effect/Effect"
import { limitedLog } from "../options/limitedLog.ts"
import type { PartsHost } from "../PartsHost.ts"

/** NATS JetStream. The client of NATS is loaded when the source is opened. */
export const natsSource = ({ guards }: Pick<PartsHost, "guards">): SourcePlugin<NatsReaderConfig> =>
  sourcePlugin({
    kind: "source",
    name: "nats",
    about: "The records that another pipeline writes to NATS JetStream: the whole book, then what changes.",
    gives: "records",
    config: NatsReaderConfig,
    problems: (written, place) => [
      ...natsConfigProblems(written).map((problem) => ({ ...problem, part: "value" as const })),
      ..."since" in written && written["from"] !== "log"
        ? [{
          path: ["since"],
          part: "key" as const,
          message: "Cannot use `since` without `from: log`: the latest records are always the whole book",
          remedy: "remove it, or add `from: log`",
        }]
        : [],
      ...guards?.nats?.(written, place) ?? [],
    ],
    touches: ({ servers = "nats://127.0.0.1:4222" }) =>
      natsHosts(servers).map((what) => ({ kind: "contacts", what, sends: ["user", "client_name"] })),
    make: (options, { log, name, run }) =>
      Effect.map(Effect.promise(() => import("@boltodds/nats")), ({ natsRecords }) => {
        const warn = limitedLog(log)
        const records = natsRecords({
          ...natsReaderOptions(options, Date.now()),
          origin: `nats:${options.name ?? "boltodds"}/${run}`,
          onTrouble: ({ message }) => warn(message),
        })
        return { source: { name, records, isLive: true } }
      }),
    check: (options) =>
      Effect.promise(() => import("@boltodds/nats")).pipe(
        Effect.flatMap(({ natsReaderCheck }) => natsReaderCheck(natsReaderOptions(options, Date.now()))),
        Effect.map((message): ReadonlyArray<SourceFinding> => [{ state: "ok", message }]),
        Effect.catch(({ reason, message }) =>
          Effect.succeed([
            reason === "no-stream" ? { state: "warning", message } satisfies SourceFinding : {
              state: "failed",
              cause: reason === "refused" ? "key" : reason === "options" ? "mistake" : "unavailable",
              message,
            } satisfies SourceFinding,
          ])
        ),
      ),
  })
