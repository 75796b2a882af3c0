/** When a fault occurs. */
import { isDataFrame, type OutFrame, type Wire } from "@boltodds/feed-server"
import type { Behavior, FaultHost } from "./Behavior.ts"
import type { FaultSpan } from "./Parameter.ts"

/**
 * When a fault occurs, and for how long.
 *
 * Times run from the moment that the fault is switched on, for all connections alike, those that come meanwhile
 * included. Frames are counted on each connection by itself, from its first data frame after that moment.
 */
export interface When {
  /** How long all is well first. @default not at all, or one `every` */
  readonly after?: FaultSpan
  /** From one beginning to the next. @default it begins once */
  readonly every?: FaultSpan
  /** How long it lasts each time. @default with `every`: a moment; without: until it is switched off */
  readonly for?: FaultSpan
  /** How many times it begins, on whatever connections. @default 1 without `every`, otherwise unlimited */
  readonly times?: number
}

/** Where one connection stands. */
interface Course {
  /** Data frames that were to be sent since the fault was switched on. */
  frames: number
  /** At which of them it begins next. */
  nextAt: number
  /** At which of them it ends; infinite where frames do not end it. */
  endsAt: number
}

const never = Number.POSITIVE_INFINITY

/**
 * The same behavior, at certain times only: switched on at each beginning, and off at each end.
 *
 * A beginning by frames comes in place of the next frame, and concerns its connection alone: dials and requests are not
 * touched by it. Throws `RangeError` where the times cannot be.
 */
export const scheduled = (inner: Behavior, when: When): Behavior => {
  const { after, every, for: lasting } = when
  const problem = problemOf(when)
  if (problem !== undefined) throw new RangeError(`Cannot schedule ${inner.name}: ${problem}`)
  const first = after ?? every
  const byFrames = first !== undefined && "frames" in first
  const courses = new Map<number, Course>()
  const within = new Map<number, Wire>()
  let host: FaultHost | undefined
  let left = when.times ?? (every === undefined ? 1 : never)
  /** All connections are within, new ones too. */
  let open = false

  const courseOf = (wire: Wire): Course => {
    let course = courses.get(wire.id)
    if (course === undefined) {
      const nextAt = byFrames ? framesOf(first) : never
      courses.set(wire.id, course = { frames: 0, nextAt, endsAt: never })
    }
    return course
  }
  const enter = (wire: Wire): void => {
    const course = courseOf(wire)
    within.set(wire.id, wire)
    course.endsAt = lasting !== undefined && "frames" in lasting ? course.frames + lasting.frames : never
  }
  const begin = (wires: ReadonlyArray<Wire>): void => {
    left--
    const momentary = every !== undefined && lasting === undefined
    if (!momentary) {
      open = !byFrames
      for (const wire of wires) enter(wire)
    }
    inner.start?.(wires, host!)
    if (lasting !== undefined && "millis" in lasting) host!.later(lasting.millis, () => end(wires))
  }
  const end = (begun: ReadonlyArray<Wire>): void => {
    const ending = byFrames ? begun.filter((wire) => within.has(wire.id)) : [...within.values()]
    if (!byFrames) open = false
    for (const wire of ending) within.delete(wire.id)
    inner.stop?.(ending)
  }
  const beginAll = (): void => {
    if (left <= 0) return
    const wires = host!.wires()
    // Where no connection is open there is nothing to do, and it does not count as one of `times`.
    if (every === undefined || inner.needsConnection !== true || wires.length > 0) begin(wires)
    if (every !== undefined && left > 0) host!.later(framesOrMillis(every), beginAll)
  }
  const count = (wire: Wire): void => {
    const course = courseOf(wire)
    if (within.has(wire.id)) {
      if (course.frames >= course.endsAt) {
        within.delete(wire.id)
        inner.stop?.([wire])
      }
    }
    if (!within.has(wire.id) && course.frames >= course.nextAt && left > 0) {
      course.nextAt = every === undefined ? never : course.frames + framesOf(every)
      begin([wire])
    }
    course.frames++
  }
  const acts = (wire: Wire): boolean => within.has(wire.id)

  const { dial, request, receive } = inner
  return {
    name: inner.name,
    ...(inner.needsWorld === undefined ? {} : { needsWorld: inner.needsWorld }),
    ...(inner.needsConnection === undefined ? {} : { needsConnection: inner.needsConnection }),
    ...(dial === undefined ? {} : { dial: (one) => open ? dial(one) : undefined }),
    ...(request === undefined ? {} : { request: (one) => open ? request(one) : undefined }),
    ...(receive === undefined
      ? {}
      : { receive: (wire: Wire, text: string) => acts(wire) ? receive(wire, text) : undefined }),
    open: (wire) => {
      if (!open) return undefined
      enter(wire)
      return inner.open?.(wire)
    },
    frame: (wire: Wire, frame: OutFrame) => {
      if (isDataFrame(frame.kind)) count(wire)
      return acts(wire) ? inner.frame?.(wire, frame) : undefined
    },
    close: (wire) => {
      courses.delete(wire.id)
      within.delete(wire.id)
      inner.close?.(wire)
    },
    start: (_, given) => {
      host = given
      if (byFrames) return
      if (first === undefined) beginAll()
      else host.later(framesOrMillis(first), beginAll)
    },
    stop: () => {
      const ending = [...within.values()]
      open = false
      within.clear()
      inner.stop?.(ending)
    },
  }
}

const framesOf = (span: FaultSpan): number => "frames" in span ? span.frames : never
const framesOrMillis = (span: FaultSpan): number => "millis" in span ? span.millis : span.frames

/** Why this cannot be; undefined where it can. */
export const problemOf = ({ after, every, for: lasting, times }: When): string | undefined => {
  if (after !== undefined && every !== undefined && "frames" in after !== "frames" in every) {
    return "after and every must both be times, or both be frames"
  }
  if (every !== undefined && framesOrMillis(every) <= 0) return "every must be above 0"
  if (every !== undefined && lasting !== undefined) {
    if ("frames" in every !== "frames" in lasting) return "every and for must both be times, or both be frames"
    if (framesOrMillis(lasting) >= framesOrMillis(every)) return "for must be shorter than every"
  }
  if (times !== undefined && every === undefined && !(after !== undefined && "frames" in after) && times !== 1) {
    return "times needs every"
  }
  return undefined
}
