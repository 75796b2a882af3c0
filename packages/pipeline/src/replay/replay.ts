/** Replays: a recording as a source of events. */
import { decodeRecordingHeader, RecordingError, type Source } from "@boltodds/protocol"
import type { StateLimits, StateOptions } from "@boltodds/state"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { Lines } from "./Lines.ts"
import { type Playing, RecordedEvents } from "./RecordedEvents.ts"
import { limitsOf, stateOptionsOf } from "./stateOptionsOf.ts"

/** How a recording is played. */
export interface ReplayOptions {
  /**
   * The speed: `"max"`, or a multiple of real time above zero. Events that are late, because the source was not pulled,
   * are played at once. Default `"max"`.
   */
  readonly speed?: "max" | number | undefined
  /** Whether a torn last line ends the replay with a warning or fails it. Default `"end"`. */
  readonly tornTail?: "end" | "fail" | undefined
  /** Called with a warning about a torn last line. Default: ignored. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Bounds of the reducer in this process: of these and the recording's own the smaller ones hold. Default none. */
  readonly limits?: Partial<StateLimits> | undefined
  /** The name of the source. Default `"replay"`. */
  readonly name?: string | undefined
  /** Names a line in errors, by its number among all `lines`, from 1. Default `line 3 of the recording`. */
  readonly placeOf?: ((line: number) => string) | undefined
}

/** A recording whose header has been read. */
export interface Replay {
  /** The run it was made in: with it and `options` the same records come out. */
  readonly run: string
  /** The options of the reducer it was made with. */
  readonly options: Omit<StateOptions, "run">
  /** Its events; can be played once. */
  readonly source: Source<RecordingError>
}

/**
 * Opens a recording: reads its header, and gives what is needed to run it again.
 *
 * `lines` are the lines of a recording (what the emit `raw` writes) without their newlines; files that were rotated may
 * follow one another, since a header of the same run is passed over. Empty lines are too. They are read as they are
 * played, at most 256 ahead, and closed when the source ends or is let go.
 *
 * Fails with `RecordingError`, which names the line, where the header or an event cannot be read, where another run
 * begins, or where reading the lines fails; events before that are played first. Throws a `RangeError` for an invalid speed.
 *
 * @example
 * ```ts
 * import { changes, openReplay, route, run } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 * import * as Effect from "effect/Effect"
 *
 * const again = (lines: AsyncIterable<string>) =>
 *   Effect.gen(function* () {
 *     const replay = yield* openReplay(lines, { speed: 10, onWarning: console.warn })
 *     const state = { run: replay.run, ...replay.options }
 *     return yield* run(replay.source, [route({ name: "again", emit: changes(), sink: stdout() })], { state })
 *   })
 * ```
 */
export const openReplay = (
  lines: AsyncIterable<string>,
  options: ReplayOptions = {},
): Effect.Effect<Replay, RecordingError> => {
  const { speed = "max", tornTail = "end", onWarning = () => {}, name = "replay", placeOf } = options
  if (speed !== "max" && !(speed > 0 && speed < Infinity)) {
    throw new RangeError(`Cannot replay: speed must be "max" or more than 0: current value is ${speed}`)
  }
  return Effect.suspend(() => {
    const reader = new Lines(lines, placeOf)
    const header = Effect.gen(function* () {
      const line = yield* Effect.promise(() => reader.read())
      if (Result.isFailure(line)) return yield* Effect.fail(line.failure)
      if (line.success === undefined) {
        return yield* Effect.fail(new RecordingError("Cannot replay: the recording is empty; expected a header"))
      }
      const header = decodeRecordingHeader(line.success)
      if (Result.isFailure(header)) return yield* Effect.fail(reader.unreadable(header.failure.reason))
      const state = stateOptionsOf(header.success.options)
      if (Result.isFailure(state)) return yield* Effect.fail(reader.unreadable(state.failure))
      const { run, limits = {} } = header.success
      return {
        run,
        options: { ...state.success, ...limitsOf(limits, options.limits) },
        source: sourceOf(name, reader, { run, speed, tornTail, onWarning }),
      }
    })
    return Effect.onError(header, () => reader.close)
  })
}

/**
 * A recording as a source, for a caller that does not need its header; {@link openReplay} gives the run and the options
 * with which the same records come out. Can be played as often as `lines` can be read.
 */
export const replay = (lines: AsyncIterable<string>, options: ReplayOptions = {}): Source<RecordingError> => ({
  name: options.name ?? "replay",
  events: Stream.unwrap(Effect.map(Effect.suspend(() => openReplay(lines, options)), ({ source }) => source.events)),
})

const sourceOf = (name: string, lines: Lines, playing: Playing): Source<RecordingError> => {
  let played = false
  const events = Effect.gen(function* () {
    if (played) return yield* Effect.fail(new RecordingError("Cannot play a replay twice: open the recording again"))
    played = true
    yield* Effect.addFinalizer(() => lines.close)
    return Stream.fromPull(Effect.succeed(new RecordedEvents(lines, playing).pull))
  })
  return { name, events: Stream.unwrap(events) }
}
