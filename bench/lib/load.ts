/** What a bench sends: the frames of a feed, in as many passes as are asked for. */
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { generatedFeed } from "./generatedFeed.ts"

/** A message as far as a pass changes it. */
export interface FeedMessage {
  readonly action: string
  readonly timestamp?: string
  readonly data?: { readonly [field: string]: unknown }
}

/** Frames as buffers, made once. */
export interface Load {
  readonly frames: ReadonlyArray<Buffer>
  /** Frames for the warm-up, in which an engine compiles what runs often. They come first, and are not measured. */
  readonly warmFrames: number
  /** Messages after the warm-up. */
  readonly messages: number
  readonly warmMessages: number
  readonly bytes: number
}

export interface LoadOptions {
  /** A recorded trace: lines `{"frame": …}`, plain or with gzip. Without it the feed is generated. */
  readonly trace: string | undefined
  /** At least so many messages after the warm-up. Passes are whole. */
  readonly messages: number
  /** At least so many messages of warm-up. */
  readonly warm: number
  /** One message a frame, or the messages and arrays of the feed. */
  readonly framing: "single" | "recorded"
}

const recordedFrames = (path: string): ReadonlyArray<FeedMessage | ReadonlyArray<FeedMessage>> => {
  const file = readFileSync(path)
  const text = (path.endsWith(".gz") ? gunzipSync(file) : file).toString()
  return text.split("\n").filter((line) => line !== "").flatMap((line) => {
    const { frame } = JSON.parse(line) as { readonly frame: FeedMessage | ReadonlyArray<FeedMessage> }
    const messages = [frame].flat().filter(({ action }) => action !== "ping")
    return messages.length === 0 ? [] : [Array.isArray(frame) ? messages : messages[0]!]
  })
}

const weekMillis = 7 * 24 * 3_600_000

/**
 * The message of another week, about another game: a feed does not repeat itself. A second pass of the same messages
 * would be older than the first one's end, and would be dropped.
 */
const ofPass = (message: FeedMessage, pass: number): FeedMessage => {
  if (pass === 0) return message
  const { timestamp, data } = message
  const later = typeof timestamp === "string"
    ? new Date(Date.parse(timestamp) + pass * weekMillis).toISOString().replace("Z", "000+00:00")
    : undefined
  const named = (value: unknown): unknown => typeof value === "string" && value !== "" ? `${value}${pass}` : value
  const info = data?.["info"] as { readonly [field: string]: unknown } | undefined
  return {
    ...message,
    ...later === undefined ? {} : { timestamp: later },
    ...data === undefined ? {} : {
      data: {
        ...data,
        game: named(data["game"]),
        universal_game_id: named(data["universal_game_id"]),
        info: info && { ...info, game: named(info["game"]), universal_id: named(info["universal_id"]) },
      },
    },
  }
}

/** Reads or generates the feed and makes the frames of all passes. */
export const makeLoad = ({ trace, messages: wanted, warm, framing }: LoadOptions): Load => {
  const feed = trace === undefined ? generatedFeed() : recordedFrames(trace)
  const pass = framing === "single" ? feed.flat() : feed
  const messagesPerPass = feed.flat().length
  const warmPasses = Math.ceil(warm / messagesPerPass)
  const passes = Math.max(1, Math.ceil(wanted / messagesPerPass))
  const frames: Array<Buffer> = []
  for (let number = 0; number < warmPasses + passes; number++) {
    for (const frame of pass) {
      const value = Array.isArray(frame)
        ? frame.map((message: FeedMessage) => ofPass(message, number))
        : ofPass(frame as FeedMessage, number)
      frames.push(Buffer.from(JSON.stringify(value)))
    }
  }
  return {
    frames,
    warmFrames: pass.length * warmPasses,
    messages: messagesPerPass * passes,
    warmMessages: messagesPerPass * warmPasses,
    bytes: frames.reduce((sum, { length }) => sum + length, 0),
  }
}
