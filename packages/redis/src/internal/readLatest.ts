/** The latest records as of a position: what the keys of all games have, without what came while they were read. */
import { type Change, type Control, isControl, readRecord } from "@boltodds/protocol"
import { RedisError } from "../RedisError.ts"
import { partitionOf, type RedisKeys } from "../redisKeys.ts"
import type { Link, Reply } from "./Link.ts"
import type { StreamState } from "./manifest.ts"

/** Games that are asked for at once. */
const mostAtOnce = 100

/**
 * The latest records that were written up to the position of this state, in the order of the log. What was replaced since is
 * missing: it is in the log after that position.
 */
export const readLatest = async (
  link: Pick<Link, "call" | "callAll">,
  keys: RedisKeys,
  { last, partitions }: StreamState,
  partition: number | undefined,
): Promise<ReadonlyArray<Change | Control>> => {
  const found: Array<{ readonly position: number; readonly record: Change | Control }> = []
  const take = (fields: Reply): void => {
    const values = fields as ReadonlyArray<string>
    for (let index = 1; index < values.length; index += 2) {
      const value = values[index]!
      const space = value.indexOf(" ")
      const position = Number(value.slice(0, space))
      if (position > last) continue
      const { record, fault } = readRecord(value.slice(space + 1))
      if (record === undefined) {
        throw new RedisError("stream", `One of the latest records of ${keys.log} is not a record of changes: ${fault}`)
      }
      // Controls are in all partitions.
      const isElsewhere = partition !== undefined && !isControl(record) &&
        partitionOf(record.sportsbook, record.game, partitions) !== partition
      if (!isElsewhere) found.push({ position, record })
    }
  }
  take(await link.call("HGETALL", [keys.controls]))
  const games = await link.call("SMEMBERS", [keys.games]) as ReadonlyArray<string>
  for (let from = 0; from < games.length; from += mostAtOnce) {
    const replies = await link.callAll(games.slice(from, from + mostAtOnce).map((key) => ["HGETALL", key]))
    for (const fields of replies) take(fields)
  }
  return found.sort((one, other) => one.position - other.position).map(({ record }) => record)
}
