/** The options of a configuration, without the client of Redis. */
export { RedisConfig, redisConfigProblems, redisOptions } from "./RedisConfig.ts"
export type { RedisConnectionOptions, RedisStreamOptions, RedisTls } from "./RedisOptions.ts"
export { redisHost, type RedisProblem } from "./redisProblems.ts"
