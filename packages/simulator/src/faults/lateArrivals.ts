/** Updates of what is no longer there. */
import { entryKey, type OutFrame, readSubscribe, Subscription, timestamp, type Wire } from "@boltodds/feed-server"
import { type DataMessage, type FeedMessage, type LineUpdate, parseTimestamp } from "@boltodds/protocol"
import type { Behavior, FaultHost } from "./Behavior.ts"
import { type Fault, fault } from "./Fault.ts"
import { frameLike, framePartsOf, meets, touchesOf, touchOf } from "./FrameParts.ts"
import { LatePost } from "./LatePost.ts"
import { count, fraction, frames } from "./Parameter.ts"
import { given, stretch, within } from "./schedules.ts"

/** What was sent on one connection, and what will be sent late. */
interface Memory {
  /** The latest odds of each game at each sportsbook. */
  readonly games: Map<string, DataMessage>
  readonly post: LatePost
  /** Updates of what its new filters exclude. */
  excluded: Array<DataMessage>
}

/**
 * Sends updates of games that were taken down, and of what a client's new filters exclude, after the removal, the clear
 * or the answer to the subscribe. Their `timestamp` is older than that of the removal, which shows that they are old.
 *
 * None comes after a newer message about its game: a game that is back by then gets no late arrival.
 */
export const lateArrivals = (options: {
  /** The probability for each removal and clear, 0 to 1. @default 1 */
  readonly share?: number
  /** How many for a clear, and for a change of filters. @default 3 */
  readonly most?: number
  /** They come up to so many data frames later. @default 0 */
  readonly lag?: number
} = {}): Behavior => {
  const { share = 1, most = 3, lag = 0 } = options
  const memories = new Map<number, Memory>()
  let host: FaultHost | undefined
  const memoryOf = (wire: Wire): Memory => {
    let memory = memories.get(wire.id)
    if (memory === undefined) memories.set(wire.id, memory = { games: new Map(), post: new LatePost(), excluded: [] })
    return memory
  }

  const taken = ({ games }: Memory, message: FeedMessage): ReadonlyArray<DataMessage> => {
    const touch = touchOf(message)
    if (touch === undefined) return []
    const gone: Array<DataMessage> = []
    for (const [key, known] of games) {
      const { sportsbook, game, sport } = known.data
      if (!meets(touch, { sportsbook, game }) || (message.action === "sport_clear" && sport !== message.data.sport)) {
        continue
      }
      games.delete(key)
      gone.push(known)
    }
    return gone
  }
  /** Takes in a frame, and gives the late updates that it is the cause of. */
  const learn = (wire: Wire, memory: Memory, frame: OutFrame): ReadonlyArray<OutFrame> => {
    const late: Array<OutFrame> = []
    const parts = framePartsOf(frame.data)
    for (let index = 0; index < parts.length; index++) {
      const { message } = parts[index]!
      switch (message?.action) {
        case "initial_state":
        case "game_update":
        case "game_added":
        case "line_update": {
          const { sportsbook, game, outcomes } = message.data
          if (Object.keys(outcomes).length > 0) memory.games.set(entryKey(sportsbook, game), message)
          break
        }
        case "game_removed":
        case "book_clear":
        case "sport_clear": {
          const random = host!.random(wire)
          const gone = taken(memory, message)
          if (!random.chance(share)) break
          const later = touchesOf(parts.slice(index + 1))
          const chosen = random.shuffle(gone).filter(({ data }) => !later.some((touch) => meets(touch, data)))
          for (const one of chosen.slice(0, most)) late.push(lateArrival(wire, frame, one, message.timestamp))
        }
      }
    }
    return late
  }
  const lateArrival = (wire: Wire, like: OutFrame, known: DataMessage, before: string | null | undefined): OutFrame => {
    const cause = parseTimestamp(before)
    const limit = cause === null ? Number.POSITIVE_INFINITY : Math.floor(cause) - 1 - host!.random(wire).int(2000)
    const own = parseTimestamp(known.timestamp)
    const stamp = own !== null && own < limit ? known.timestamp : timestamp(limit, 0)
    const update: LineUpdate = {
      ...(stamp === undefined ? {} : { timestamp: stamp }),
      action: "line_update",
      data: { ...known.data, outcomes: Object.fromEntries(Object.entries(known.data.outcomes).slice(0, 4)) },
    }
    host!.struck()
    const text = JSON.stringify(update)
    return { kind: "stream", data: frameLike(like.data, [{ text, message: update }]) }
  }

  return {
    name: "late-arrivals",
    start: (_, given) => host = given,
    receive: (wire, text) => {
      const filters = readSubscribe(text)
      if (filters === undefined) return undefined
      const memory = memoryOf(wire)
      memory.post.clear()
      memory.excluded = []
      const now = new Subscription(filters)
      for (const [key, known] of memory.games) {
        if (now.part(known) !== undefined) continue
        memory.games.delete(key)
        memory.excluded.push(known)
      }
      memory.excluded = host!.random(wire).shuffle(memory.excluded).slice(0, most)
      return undefined
    },
    frame: (wire, frame) => {
      const memory = memoryOf(wire)
      if (frame.kind === "reply") return [frame, ...memory.excluded.splice(0, 1).map((one) => plain(wire, one))]
      if (frame.kind !== "snapshot" && frame.kind !== "stream") return undefined
      const { before, behind } = memory.post.around(frame)
      const late = learn(wire, memory, frame)
      const excluded = memory.excluded.splice(0).map((one) => lateArrival(wire, frame, one, undefined))
      if (lag === 0) return [...before, frame, ...late, ...behind, ...excluded]
      for (const one of late) memory.post.add(one, touchesOf(framePartsOf(one.data)), 1 + host!.random(wire).int(lag))
      return [...before, frame, ...behind, ...excluded]
    },
    close: (wire) => void memories.delete(wire.id),
    stop: () => memories.clear(),
  }

  /** An update of what is excluded, after an answer: that is an object, and says nothing of the form of data. */
  function plain(wire: Wire, known: DataMessage): OutFrame {
    return lateArrival(wire, { kind: "stream", data: "[]" }, known, undefined)
  }
}

/** The fault of this file. */
export const lateArrivalsFault: Fault = fault({
  name: "late-arrivals",
  about: "Updates of a game after its removal or a clear, stamped before it; and of what new filters exclude.",
  client: "Ignores what is stamped before the removal, and what it did not ask for: no line comes back to life.",
  parameters: {
    share: fraction("the probability for each removal and clear", "1"),
    most: count("how many for a clear, or a change of filters", "3"),
    lag: frames("they come up to so many data frames later", "0", 0),
    ...stretch,
  },
  make: (v) => within(lateArrivals(given({ share: v.share, most: v.most, lag: v.lag })), v),
})
