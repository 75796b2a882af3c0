/** Many sessions' turns as one sequence. */
import type { FeedEvent } from "@boltodds/protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Pull } from "effect/Pull"
import { isDoneCause } from "effect/Pull"
import type { Scope } from "effect/Scope"

type Turn = NonEmptyReadonlyArray<FeedEvent>

/** One session: at most one turn of it waits here. */
interface Slot<E> {
  readonly pull: Pull<Turn, E>
  turn: ReadonlyArray<FeedEvent> | undefined
  /** How much of the turn has been given. */
  given: number
  pulling: boolean
  ended: boolean
}

/**
 * Gives what waits in the order of its time, in pieces as large as that allows: mostly whole turns. It waits for no
 * session that has nothing to tell.
 *
 * The order matters when a consumer comes back from a stop: one session's backlog is read before another tells what
 * time it is now, or the deadlines of the first would pass unread. A failure of one session ends all, behind what has
 * been taken from the others; the end of all ends it.
 *
 * Nothing is taken from any session beyond one turn, unless it is pulled: so all pause with it.
 */
export const mergeByTime = <E>(
  sessions: ReadonlyArray<Pull<Turn, E>>,
  scope: Scope,
): Pull<Turn, E> => {
  const slots = sessions.map((pull): Slot<E> => ({ pull, turn: undefined, given: 0, pulling: false, ended: false }))
  let failure: Cause.Cause<E | Cause.Done> | undefined
  let waiting: ((next: Pull<Turn, E>) => void) | undefined

  const take = (): Pull<Turn, E> | undefined => {
    let first: Slot<E> | undefined
    let firstAt = Infinity
    let nextAt = Infinity
    for (const slot of slots) {
      if (slot.turn === undefined) continue
      const { at } = slot.turn[slot.given]!
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

  /** Others may be about to tell something too, of before: they get their turn first. */
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

  /** Starts each at once: what waits in a session is in its slot when the choice is made. */
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

/** What waits in a slot, up to the time at which another session has something to tell; at least one event. */
const upTo = <E>(at: number, slot: Slot<E>): ReadonlyArray<FeedEvent> => {
  const turn = slot.turn!
  const from = slot.given
  let end = turn.length
  while (end > from + 1 && turn[end - 1]!.at > at) end--
  if (end === turn.length) {
    slot.turn = undefined
    slot.given = 0
  } else slot.given = end
  return from === 0 && end === turn.length ? turn : turn.slice(from, end)
}
