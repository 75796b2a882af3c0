/** Draws scripts: all that can happen to a session, in any order, and the moments around its limits more often. */
import type { Answer, CloseHow, FrameKind, Manner, Script, SessionSetup, Step } from "./Script.ts"

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32). */
export const randomOf = (seed: number): () => number => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

class Draw {
  readonly #next: () => number
  constructor(seed: number) {
    this.#next = randomOf(seed)
  }
  chance(part: number): boolean {
    return this.#next() < part
  }
  whole(below: number): number {
    return Math.floor(this.#next() * below)
  }
  one<A>(...choices: ReadonlyArray<A>): A {
    return choices[this.whole(choices.length)]!
  }
}

/** Around the limits of the session, and between them. */
const spans = [0, 1, 50, 400, 999, 1000, 1001, 1900, 2100, 3000, 4999, 5001, 9000, 10_000, 12_000, 15_000, 20_000]
  .concat([24_999, 25_001, 29_000, 30_001, 33_000, 44_000, 45_001, 61_000, 75_000])

const drawAnswer = (draw: Draw): Answer => {
  switch (draw.whole(12)) {
    case 0:
      return { kind: "refuse", status: draw.one(401, 403) }
    case 1:
      return { kind: "refuse", status: draw.one(429, 503) }
    case 2:
      return { kind: "refuse", status: draw.one(429, 503, 500), retryAfter: draw.one(0, 5, 45, 90, 7200) }
    case 3:
      return { kind: "network", cause: draw.one("dns", "tls", "refused") }
    case 4:
      return { kind: "hang" }
    case 5:
      return { kind: "turn_away", says: draw.one("key", "busy", "nothing", "nothing") }
    case 6:
      return { kind: "accept", after: draw.one(0, 300), ack: "never" }
    case 7:
      return { kind: "accept", after: draw.one(0, 300, 4000), ack: draw.one(500, 5000, 9999, 10_001) }
    case 8:
      return { kind: "accept", after: 0, ack: "data" }
    default:
      return { kind: "accept", after: draw.one(0, 0, 300), ack: draw.one(0, 0, 20) }
  }
}

const drawStep = (draw: Draw, sessions: number): Step => {
  const session = draw.whole(sessions)
  switch (draw.whole(24)) {
    case 0:
    case 1:
      return { do: "answer", session, answer: drawAnswer(draw) }
    case 2:
      return { do: "manner", session, manner: draw.one<Manner>("talks", "pings_only", "mute", "talks") }
    case 3:
    case 4:
      return {
        do: "send",
        session,
        frames: Array.from(
          { length: 1 + draw.whole(4) },
          () => draw.one<FrameKind>("data", "data", "data", "ping", "error", "echo", "garbage"),
        ),
        bytes: draw.one(0, 300, 2000, 6000),
      }
    case 5:
      return { do: "pongs", session, after: draw.one<number | "never">(0, 0, 3000, 6000, 9000, "never") }
    case 6:
      return { do: "latency", session, millis: draw.one(0, 0, 200, 7000) }
    case 7:
      return { do: "drip", session, bytes: draw.one(200, 5000), seconds: draw.one(3, 20, 60) }
    case 8:
    case 9:
      return {
        do: "close",
        session,
        how: draw.one<CloseHow>(
          "clean",
          "dirty",
          "going_away",
          "network",
          "oversize",
          "overflow",
          "busy",
          "restart",
          "busy_words",
        ),
      }
    case 10:
    case 11:
      return { do: "reader", session, reads: draw.chance(0.5) }
    case 12:
      return draw.chance(0.3) ? { do: "resync", session } : { do: "filters", session, set: draw.whole(5) }
    case 13:
      return { do: "wall", millis: draw.one(-3_600_000, -6000, -4000, 300, 4000, 6000, 3_600_000) }
    case 14:
      return {
        do: "stall",
        millis: draw.one(100, 1500, 2500, 6000, 20_000, 29_500, 31_000),
        framesFirst: draw.chance(0.5),
      }
    case 15:
      return { do: "rest" }
    case 16:
      return { do: "key", is: draw.one("first", "second", "missing", "first") }
    case 17:
      if (draw.chance(0.4)) {
        const steps = Array.from({ length: 2 + draw.whole(2) }, () => drawStep(draw, sessions))
        return { do: "together", steps: steps.filter((step) => step.do !== "wait" && step.do !== "stall") }
      }
      if (draw.chance(0.15)) return { do: "end", session, how: draw.one("close", "interrupt") }
      return { do: "wait", millis: draw.one(...spans) }
    default:
      return { do: "wait", millis: draw.one(...spans) }
  }
}

const drawSetup = (draw: Draw): SessionSetup => ({
  bufferBytes: draw.one(1000, 5000, 40_000),
  linkBytes: draw.one(500, 8000, 4_194_304),
  pings: draw.chance(0.85),
  tap: draw.chance(0.3),
  closing: draw.one(0, 0, 0, 700),
  slowSend: draw.chance(0.3),
  ...(draw.chance(0.04) ? { maxAttempts: 3 } : {}),
})

/** The script of a seed. */
export const randomScript = (seed: number): Script => {
  const draw = new Draw(seed)
  const sessions = draw.one(1, 1, 1, 2, 3)
  const steps: Array<Step> = []
  // What a session meets first decides what can follow: half of the scripts begin well.
  if (draw.chance(0.4)) {
    for (let session = 0; session < sessions; session++) {
      steps.push({ do: "answer", session, answer: drawAnswer(draw) })
    }
  }
  const length = 8 + draw.whole(30)
  while (steps.length < length) steps.push(drawStep(draw, sessions))
  return {
    seed,
    yieldEvery: draw.one(2048, 2048, 4, 9),
    sessions: Array.from({ length: sessions }, () => drawSetup(draw)),
    // A key that is missing from the start ends a session: rarely, or nothing else is seen.
    key: draw.chance(0.02) ? "missing" : "first",
    restBefore: draw.chance(0.05) ? 10 : 0,
    steps,
    end: draw.one("close", "interrupt"),
    healsOld: draw.chance(0.6),
  }
}
