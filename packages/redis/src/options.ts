/** The options of a configuration, without the client of Redis. */
export { RedisConfig, redisConfigProblems, redisOptions } from "./RedisConfig.ts"
export type { RedisConnectionOptions, RedisReaderOptions, RedisStreamOptions, RedisTls } from "./RedisOptions.ts"
export { RedisReaderConfig, redisReaderOptions } from "./RedisReaderConfig.ts"
export { redisHost, type RedisProblem } from "./redisProblems.ts"
