/** Merges the turns of several sessions in the order of time. */
import type { FeedEvent } from "@boltodds/protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Pull } from "effect/Pull"
import { isDoneCause } from "effect/Pull"
import type { Scope } from "effect/Scope"

type Turn = NonEmptyReadonlyArray<FeedEvent>

/** One session. At most one of its turns waits here. */
interface Slot<E> {
  readonly pull: Pull<Turn, E>
  turn: ReadonlyArray<FeedEvent> | undefined
  /** How many events of the turn have been taken. */
  taken: number
  pulling: boolean
  ended: boolean
}

/**
 * Gives the events that wait in the order of time, in the largest possible pieces: mostly whole turns. It does not wait
 * for a session without events.
 *
 * The order matters when a consumer reads again after a stop: the backlog of one session must precede a later event of
 * another, or deadlines of the first would pass before its events are read. A failure of one session ends all, after the
 * events already taken from the others. The stream ends when all sessions have ended.
 *
 * It takes one turn at most from each session until it is pulled: all sessions pause with it.
 */
export const mergeByTime = <E>(
  sessions: ReadonlyArray<Pull<Turn, E>>,
  scope: Scope,
): Pull<Turn, E> => {
  const slots = sessions.map((pull): Slot<E> => ({ pull, turn: undefined, taken: 0, pulling: false, ended: false }))
  let failure: Cause.Cause<E | Cause.Done> | undefined
  let waiting: ((next: Pull<Turn, E>) => void) | undefined

  const take = (): Pull<Turn, E> | undefined => {
    let first: Slot<E> | undefined
    let firstAt = Infinity
    let nextAt = Infinity
    for (const slot of slots) {
      if (slot.turn === undefined) continue
      const { at } = slot.turn[slot.taken]!
      if (first === undefined || at < firstAt) {
        nextAt = firstAt
        first = slot
        firstAt = at
      } else nextAt = Math.min(nextAt, at)
    }
    if (first !== undefined) return Effect.succeed(upTo(nextAt, first) as unknown as Turn)
    if (failure !== undefined) return Effect.failCause(failure)
    return slots.every((slot) => slot.ended) ? Cause.done() : undefined
  }

  /** Yields before it chooses: other sessions may be about to deliver earlier events. */
  const filled = (): void => {
    const resume = waiting
    waiting = undefined
    resume?.(Effect.andThen(Effect.yieldNow, choose))
  }

  const fill = (slot: Slot<E>): Effect.Effect<void> =>
    Effect.matchCause(slot.pull, {
      onSuccess: (turn) => {
        slot.pulling = false
        slot.turn = turn
        filled()
      },
      onFailure: (cause) => {
        slot.ended = true
        if (!isDoneCause(cause)) failure ??= cause
        filled()
      },
    })

  /** Starts each pull at once: events that wait in a session are in its slot before the choice. */
  const fillEmpty = Effect.suspend(() => {
    if (failure !== undefined) return Effect.void
    const empty = slots.filter((slot) => !slot.ended && !slot.pulling && slot.turn === undefined)
    return Effect.forEach(empty, (slot) => {
      slot.pulling = true
      return Effect.forkIn(fill(slot), scope, { startImmediately: true })
    }, { discard: true })
  })

  const choose: Pull<Turn, E> = Effect.callback((resume: (next: Pull<Turn, E>) => void) => {
    const ready = take()
    if (ready !== undefined) return resume(ready)
    waiting = resume
    return Effect.sync(() => {
      waiting = undefined
    })
  })
  return Effect.andThen(fillEmpty, choose)
}

/** The events of a slot up to the time of the next event of another session; at least one event. */
const upTo = <E>(at: number, slot: Slot<E>): ReadonlyArray<FeedEvent> => {
  const turn = slot.turn!
  const from = slot.taken
  let end = turn.length
  while (end > from + 1 && turn[end - 1]!.at > at) end--
  if (end === turn.length) {
    slot.turn = undefined
    slot.taken = 0
  } else slot.taken = end
  return from === 0 && end === turn.length ? turn : turn.slice(from, end)
}
