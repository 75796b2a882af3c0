/** The sink `redis`. */
import { type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { RedisConfig, redisConfigProblems, redisHost, redisOptions } from "@boltodds/redis/options"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { PartsHost } from "../PartsHost.ts"

/** Each batch waits for its answers, one for each hundred records. */
const batch = { records: 500, bytes: 512 * 1024 }

/** Redis. The client of Redis is loaded when the sink is opened. */
export const redisSink = ({ guards }: Pick<PartsHost, "guards">): SinkPlugin<RedisConfig> =>
  sinkPlugin({
    kind: "sink",
    name: "redis",
    about:
      "Redis: a log with each record once, and a hash for each game with its latest records for readers that join.",
    config: RedisConfig,
    needsControls: true,
    needsSameBatches: true,
    problems: (written, place) => [
      ...redisConfigProblems(written, place.emit).map((problem) => ({ ...problem, part: "value" as const })),
      ...guards?.redis?.(written, place) ?? [],
    ],
    touches: ({ url = "redis://127.0.0.1:6379" }) => {
      const what = redisHost(url)
      return what === undefined ? [] : [{ kind: "contacts", what, sends: ["user", "client_name"] }]
    },
    make: (options, { emit, log, name }) =>
      Effect.flatMap(Effect.promise(() => import("@boltodds/redis")), ({ redis }) =>
        redis({
          latest: emit === "changes",
          ...redisOptions(options),
          emit,
          onEvent: (event) => {
            switch (event._tag) {
              case "StreamForgot":
                return log("error", `${event.stream} has lost records; the whole book is sent again`, { sink: name })
              case "Evicts":
                return log(
                  "warn",
                  `Redis removes keys when its memory is full (${event.policy}): readers that join may lack games. ` +
                    "Set maxmemory-policy to noeviction",
                  { sink: name },
                )
            }
          },
        })),
    lane: () => ({
      overflow: "block",
      batch,
      retry: { base: Duration.millis(200), cap: Duration.seconds(5), attempts: Infinity },
    }),
  })
