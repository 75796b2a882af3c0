/** The recording format: the complete event log of a run as lines of JSON. */
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { EventLine } from "./EventLine.ts"
import { type FeedEvent, makeFrame } from "./FeedEvent.ts"

/** The version of the recording format that this code writes. */
export const recordingVersion = 1

/** The first line of a recording. */
export interface RecordingHeader {
  readonly boltodds_recording: number
  /** The run it was made in; a replay keeps it, so that the same records come out. */
  readonly run: string
  /** Options of the reducer that change its output. */
  readonly options: { readonly [option: string]: unknown }
  /** Bounds of the reducer, by name, where the run had its own. Readers that do not know them have theirs. */
  readonly limits?: { readonly [limit: string]: number }
}

/** The schema of {@link RecordingHeader}. */
export const RecordingHeader: Schema.Codec<RecordingHeader> = Schema.Struct({
  boltodds_recording: Schema.Number,
  run: Schema.NonEmptyString,
  options: Schema.Record(Schema.String, Schema.Unknown),
  limits: Schema.optionalKey(Schema.Record(Schema.String, Schema.Finite)),
})

/** A line that is no event or header of a recording, or one of a version we do not know. */
export class RecordingError {
  readonly _tag = "RecordingError"
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

/** The first line of a recording, without a newline. */
export const encodeRecordingHeader = (
  run: string,
  options: { readonly [option: string]: unknown } = {},
  limits?: { readonly [limit: string]: number },
): string =>
  JSON.stringify(
    {
      boltodds_recording: recordingVersion,
      run,
      options,
      ...limits === undefined ? {} : { limits },
    } satisfies RecordingHeader,
  )

/** Reads the first line of a recording. Fails with {@link RecordingError} for any other line, and for a newer version. */
export const decodeRecordingHeader = (line: string): Result.Result<RecordingHeader, RecordingError> => {
  const value = parse(line)
  if (!Schema.is(RecordingHeader)(value)) return fail("the first line is not the header of a recording")
  if (value.boltodds_recording !== recordingVersion) {
    return fail(`the recording has version ${value.boltodds_recording}; this program reads version ${recordingVersion}`)
  }
  return Result.succeed(value)
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/**
 * One event as a line of JSON, without a newline. Frames are kept byte for byte: as text (marked `binary` where they came
 * as bytes), or as base64 where they are not UTF-8.
 */
export const encodeEvent = (event: FeedEvent): string => {
  const { session, epoch, at } = event
  const head = { event: event._tag, session, epoch, at }
  switch (event._tag) {
    case "Connected":
      return JSON.stringify({ ...head, plan: event.plan })
    case "Subscribed":
      return JSON.stringify({ ...head, filters: event.filters })
    case "Disconnected":
      return JSON.stringify({ ...head, reason: event.reason })
    case "Tick":
      return JSON.stringify({ ...head, wall: event.wall })
    case "Frame":
      return JSON.stringify({ ...head, ...encodeRaw(event.raw) })
    default:
      return JSON.stringify(head)
  }
}

type RawFields = { text: string } | { text: string; binary: true } | { base64: string }

const encodeRaw = (raw: string | Uint8Array): RawFields => {
  // A text frame is UTF-8 (RFC 6455, section 5.6), which has no lone surrogates.
  if (typeof raw === "string") return { text: raw.isWellFormed() ? raw : raw.toWellFormed() }
  try {
    return { text: strict.decode(raw), binary: true }
  } catch {
    // Not UTF-8: the bytes themselves are what happened.
    return { base64: Base64.encode(raw) }
  }
}

const encoder = new TextEncoder()

const isEventLine = Schema.is(EventLine)

/** Reads one event line of a recording. Fails with {@link RecordingError} for any other line. */
export const decodeEvent = (line: string): Result.Result<FeedEvent, RecordingError> => {
  const value = parse(line)
  if (!isEventLine(value)) return fail("not an event of a recording")
  const { session, epoch, at } = value
  switch (value.event) {
    case "Frame": {
      if ("text" in value) {
        const raw = value.binary === true ? encoder.encode(value.text) : value.text
        return Result.succeed(makeFrame(session, epoch, at, raw))
      }
      const bytes = Base64.decode(value.base64)
      return Result.isSuccess(bytes)
        ? Result.succeed(makeFrame(session, epoch, at, bytes.success))
        : fail("a frame whose base64 cannot be read")
    }
    case "Connected":
      return Result.succeed({ _tag: "Connected", session, epoch, at, plan: value.plan })
    case "Subscribed":
      return Result.succeed({ _tag: "Subscribed", session, epoch, at, filters: value.filters })
    case "Disconnected":
      return Result.succeed({ _tag: "Disconnected", session, epoch, at, reason: value.reason })
    case "Tick":
      return Result.succeed({ _tag: "Tick", session, epoch, at, wall: value.wall })
    default:
      return Result.succeed({ _tag: value.event, session, epoch, at })
  }
}

const fail = (reason: string): Result.Result<never, RecordingError> => Result.fail(new RecordingError(reason))

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    // Not JSON is one way of not being the line that was expected: the caller says which.
    return undefined
  }
}
