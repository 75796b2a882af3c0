/** The frames of a simulated time, as an archive of a feed. */
import { World, type WorldOptions } from "@boltodds/simulator"
import type { FeedMessage } from "@boltodds/protocol"

/** What an archive is made of. */
export interface ArchiveOptions {
  readonly world: WorldOptions
  /** When it begins, in milliseconds since 1970 UTC. */
  readonly start: number
  readonly millis: number
  /** What happens in a second. */
  readonly rate: number
}

const minute = 60_000
/** Now and then what wrote the archive was not connected. */
const outageEvery = 75 * minute
const outageMillis = 8 * minute
const pingEvery = 15_000
/** The first snapshot comes in frames of so many games. */
const gamesAtOnce = 40

/**
 * Lines of `{"received_at", "frame"}`. Each sportsbook is late by a time of its own. Every 75 minutes 8 minutes are missing,
 * as when a connection was lost; a snapshot follows. The same options give the same lines.
 */
export function* archiveOf({ world: options, start, millis, rate }: ArchiveOptions): Generator<string> {
  const world = new World({ ...options, now: start })
  const end = start + millis
  const step = 1000 / rate
  const delays = new Map(world.sportsbooks.map((name, index) => [name, 40 + index * 23]))
  let random = 1
  let lastMillis = start
  const lineOf = (at: number, messages: ReadonlyArray<string>, sportsbook: string | undefined): string => {
    random = (random * 48_271) % 2_147_483_647
    const delay = (delays.get(sportsbook ?? "") ?? 20) + random % 60
    // Frames arrive in their order.
    lastMillis = Math.max(lastMillis, Math.round(at + delay))
    const frame = messages.length === 1 ? messages[0]! : `[${messages.join(",")}]`
    return `{"received_at":"${new Date(lastMillis).toISOString()}","frame":${frame}}`
  }
  let connectedAt = start
  let pingAt = start
  let isConnected = false
  for (let at = start; at < end; at += step) {
    if (!isConnected) {
      isConnected = true
      connectedAt = at
      const games = world.initial(at)
      for (let index = 0; index < games.length; index += gamesAtOnce) {
        yield lineOf(at, games.slice(index, index + gamesAtOnce).map((game) => JSON.stringify(game)), undefined)
      }
    }
    const happened = world.tell(at)
    if (at - connectedAt > outageEvery) {
      if (at - connectedAt > outageEvery + outageMillis) isConnected = false
      continue
    }
    yield lineOf(at, happened.map(({ text }) => text), sportsbookOf(happened[0]!.message))
    if (at < pingAt) continue
    pingAt = at + pingEvery
    yield lineOf(at, ['{"action":"ping"}'], undefined)
  }
}

const sportsbookOf = (message: FeedMessage): string | undefined =>
  "data" in message && typeof message.data === "object" && message.data !== null && "sportsbook" in message.data &&
    typeof message.data.sportsbook === "string"
    ? message.data.sportsbook
    : undefined
