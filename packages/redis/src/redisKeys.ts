/** The keys of a feed in Redis, and which partition a game is in. */

/** The keys of a feed. */
export interface RedisKeys {
  /** The log: a stream. An entry has the field `record`, a record as JSON; its id ends with its position, from 1. */
  readonly log: string
  /** What the feed is, who writes it, and how far it is: a hash. */
  readonly manifest: string
  /** The keys of all games of the latest records: a set. */
  readonly games: string
  /** The latest controls: a hash. A value is a position, a space and the record as JSON. */
  readonly controls: string
  /**
   * The latest records of a game at a sportsbook: a hash. The field `game` has its opening, `facts` an amendment, and
   * `line:OUTCOME` a line; values are as those of `controls`. An outcome with half a character in it (a lone surrogate) has
   * the field `line%:OUTCOME`, written as a name in a key. The hash is removed when the game closes.
   */
  readonly game: (sportsbook: string, game: string) => string
  /** The partitions: streams as the log, each with positions of its own. */
  readonly partition: (index: number) => string
}

/**
 * The keys of the feed whose log has this key. Names of sportsbooks and games are as the feed writes them, but for `%` and
 * `:`, which are `%25` and `%3A`, and half a character (a lone surrogate, which UTF-8 cannot hold), which is as `%uD83D`.
 *
 * @example
 * ```ts
 * import { redisKeys } from "@boltodds/redis"
 *
 * const { log, game } = redisKeys("odds")
 * console.log(log) // odds
 * console.log(game("draftkings", "Celtics vs Knicks, 2026-07-16, 02")) // odds:game:draftkings:Celtics vs Knicks, 2026-07-16, 02
 * ```
 */
export const redisKeys = (stream: string): RedisKeys => ({
  log: stream,
  manifest: `${stream}:manifest`,
  games: `${stream}:games`,
  controls: `${stream}:controls`,
  game: (sportsbook, game) => `${stream}:game:${escaped(sportsbook)}:${escaped(game)}`,
  partition: (index) => `${stream}:partition:${index}`,
})

/** Words as one text: different words give different texts. */
export const joined = (words: ReadonlyArray<string>): string => words.map(escaped).join(":")

/** The field of a line in the hash of its game. */
export const lineField = (outcome: string): string =>
  outcome.isWellFormed() ? `line:${outcome}` : `line%:${escaped(outcome)}`

const escaped = (word: string): string => {
  const text = special.test(word) ? word.replaceAll("%", "%25").replaceAll(":", "%3A") : word
  return text.isWellFormed()
    ? text
    : text.replace(halves, (half) => `%u${half.charCodeAt(0).toString(16).toUpperCase()}`)
}

const special = /[%:]/
/** With the flag `u`, half a character is one without its other half. */
const halves = /[\ud800-\udfff]/gu

/**
 * Which of so many partitions a game is in, from 0: FNV-1a (32 bits) of the UTF-8 of the sportsbook, a zero byte and the game,
 * modulo the number of partitions.
 *
 * @example
 * ```ts
 * import { partitionOf } from "@boltodds/redis"
 *
 * const isMine = (sportsbook: string, game: string) => partitionOf(sportsbook, game, 4) === 3
 * ```
 */
export const partitionOf = (sportsbook: string, game: string, partitions: number): number => {
  let hash = 0x811c9dc5
  for (const byte of encoder.encode(`${sportsbook}\u0000${game}`)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash % partitions
}

const encoder = new TextEncoder()
