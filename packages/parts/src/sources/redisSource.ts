/** The source `redis`: the records that another pipeline writes to Redis. */
import type { SourcePlugin } from "@boltodds/config"
import { redisConfigProblems, redisHost, RedisReaderConfig, redisReaderOptions } from "@boltodds/redis/options"
import type { PartsHost } from "../PartsHost.ts"
import { serverSource, sinceProblems } from "./serverSource.ts"

/** Redis. The client of Redis is loaded when the source is opened. */
export const redisSource = ({ guards }: Pick<PartsHost, "guards">): SourcePlugin<RedisReaderConfig> =>
  serverSource({
    name: "redis",
    about: "The records that another pipeline writes to Redis: the whole book, then what changes.",
    config: RedisReaderConfig,
    problems: (written) => [
      ...redisConfigProblems(written).map((problem) => ({ ...problem, part: "value" as const })),
      ...sinceProblems(written),
    ],
    guard: guards?.redis,
    hosts: ({ url = "redis://127.0.0.1:6379" }) => {
      const host = redisHost(url)
      return host === undefined ? [] : [host]
    },
    sends: ["user", "client_name"],
    what: ({ stream = "boltodds" }) => stream,
    load: async () => {
      const { redisReaderCheck, redisRecords } = await import("@boltodds/redis")
      return {
        records: (options, open) => redisRecords({ ...redisReaderOptions(options, Date.now()), ...open }),
        check: (options) => redisReaderCheck(redisReaderOptions(options, Date.now())),
      }
    },
  })
