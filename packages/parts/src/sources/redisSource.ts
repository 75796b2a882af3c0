/** The source `redis`: the records that another pipeline writes to Redis. */
import { type SourceFinding, type SourcePlugin, sourcePlugin } from "@boltodds/config"
import { redisConfigProblems, redisHost, RedisReaderConfig, redisReaderOptions } from "@boltodds/redis/options"
import * as Effect from "effect/Effect"
import { limitedLog } from "../options/limitedLog.ts"
import type { PartsHost } from "../PartsHost.ts"

/** Redis. The client of Redis is loaded when the source is opened. */
export const redisSource = ({ guards }: Pick<PartsHost, "guards">): SourcePlugin<RedisReaderConfig> =>
  sourcePlugin({
    kind: "source",
    name: "redis",
    about: "The records that another pipeline writes to Redis: the whole book, then what changes.",
    gives: "records",
    config: RedisReaderConfig,
    problems: (written, place) => [
      ...redisConfigProblems(written).map((problem) => ({ ...problem, part: "value" as const })),
      ..."since" in written && written["from"] !== "log"
        ? [{
          path: ["since"],
          part: "key" as const,
          message: "Cannot use `since` without `from: log`: the latest records are always the whole book",
          remedy: "remove it, or add `from: log`",
        }]
        : [],
      ...guards?.redis?.(written, place) ?? [],
    ],
    touches: ({ url = "redis://127.0.0.1:6379" }) => {
      const what = redisHost(url)
      return what === undefined ? [] : [{ kind: "contacts", what, sends: ["user", "client_name"] }]
    },
    make: (options, { log, name, run }) =>
      Effect.map(Effect.promise(() => import("@boltodds/redis")), ({ redisRecords }) => {
        const warn = limitedLog(log)
        const records = redisRecords({
          ...redisReaderOptions(options, Date.now()),
          origin: `redis:${options.stream ?? "boltodds"}/${run}`,
          onTrouble: ({ message }) => warn(message),
        })
        return { source: { name, records, isLive: true } }
      }),
    check: (options) =>
      Effect.promise(() => import("@boltodds/redis")).pipe(
        Effect.flatMap(({ redisReaderCheck }) => redisReaderCheck(redisReaderOptions(options, Date.now()))),
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
