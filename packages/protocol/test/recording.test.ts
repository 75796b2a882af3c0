import * as fc from "fast-check"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import {
  decodeEvent,
  decodeRecordingHeader,
  encodeEvent,
  encodeRecordingHeader,
  type FeedEvent,
  makeFrame,
} from "../src/index.ts"

const at = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 })
const text = fc.string({ unit: "binary" })
const names = fc.array(text, { maxLength: 3 })
const kinds = [
  "closed",
  "network",
  "no_pong",
  "silent",
  "slow_reader",
  "clock_jumped",
  "oversize",
  "overflow",
  "resync",
  "shutdown",
] as const
const optional = { requiredKeys: [] as [] }
const head = { session: text, epoch: fc.nat(), at }
const raw = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 40 }),
  text.map((sent) => new TextEncoder().encode(sent)),
  fc.constantFrom("\uFEFF{}", "\ud800", "\u2028", "", "line\nbreak"),
  fc.constantFrom([0xef, 0xbb, 0xbf, 0x7b, 0x7d], [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], [0xff], []).map((list) =>
    Uint8Array.from(list)
  ),
)
const event: fc.Arbitrary<FeedEvent> = fc.oneof(
  fc.record({ _tag: fc.constant("Connected" as const), ...head, plan: fc.option(text, { nil: undefined }) }),
  fc.record({
    _tag: fc.constant("Subscribed" as const),
    ...head,
    filters: fc.record({ sports: names, sportsbooks: names, games: names, markets: names }, optional),
  }),
  fc.record({
    _tag: fc.constant("Disconnected" as const),
    ...head,
    reason: fc.record({ kind: fc.constantFrom(...kinds), code: fc.nat(), detail: text }, { requiredKeys: ["kind"] }),
  }),
  fc.record({
    _tag: fc.constantFrom("Paused" as const, "Resumed" as const, "Silent" as const, "Heard" as const),
    ...head,
  }),
  fc.record({ _tag: fc.constant("Tick" as const), ...head, wall: at }),
  fc.record({ ...head, raw }).map(({ session, epoch, at, raw }) => makeFrame(session, epoch, at, raw)),
)

/** A frame's items belong to its class: compare what it was made of. No text frame holds a lone surrogate. */
const plain = (event: FeedEvent) => {
  if (event._tag !== "Frame") return event
  const { raw } = event
  return { ...event, items: undefined, raw: typeof raw === "string" ? raw.toWellFormed() : raw }
}

describe("a recording", () => {
  it("returns every event as it was, frames byte for byte", () => {
    fc.assert(
      fc.property(event, (sent) => {
        const line = encodeEvent(sent)
        expect(line).not.toMatch(/[\n\r]/)
        const got = Result.getOrThrow(decodeEvent(line))
        expect(plain(got)).toEqual(plain(sent))
        if (sent._tag === "Frame" && got._tag === "Frame") {
          expect(typeof got.raw).toBe(typeof sent.raw)
          expect(got.items).toEqual(sent.items)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it("is read by people: frames that are text stand as text", () => {
    expect(encodeEvent(makeFrame("main", 1, 5, "ping"))).toBe(
      '{"event":"Frame","session":"main","epoch":1,"at":5,"text":"ping"}',
    )
    expect(encodeEvent(makeFrame("main", 1, 5, new TextEncoder().encode("ping")))).toBe(
      '{"event":"Frame","session":"main","epoch":1,"at":5,"text":"ping","binary":true}',
    )
    expect(encodeEvent(makeFrame("main", 1, 5, Uint8Array.of(0xff)))).toBe(
      '{"event":"Frame","session":"main","epoch":1,"at":5,"base64":"/w=="}',
    )
  })

  it("begins with a header", () => {
    const line = encodeRecordingHeader("01K0A2B3C4D5E6F7G8H9JKMNPQ", { settleMillis: 5 })
    expect(Result.getOrThrow(decodeRecordingHeader(line))).toEqual({
      boltodds_recording: 1,
      run: "01K0A2B3C4D5E6F7G8H9JKMNPQ",
      options: { settleMillis: 5 },
    })
  })

  it("refuses other headers with a reason", () => {
    for (
      const line of [
        "",
        "{}",
        "null",
        "[1]",
        '{"boltodds_recording":1}',
        '{"boltodds_recording":1,"run":"","options":{}}',
      ]
    ) {
      expect(Result.getOrThrow(Result.flip(decodeRecordingHeader(line)))).toMatchObject({
        _tag: "RecordingError",
        reason: "the first line is not the header of a recording",
      })
    }
    const newer = '{"boltodds_recording":2,"run":"x","options":{}}'
    expect(Result.getOrThrow(Result.flip(decodeRecordingHeader(newer))).reason).toContain("version 2")
  })

  it("refuses other lines with a reason, and never throws", () => {
    const lines = [
      "",
      "null",
      "{}",
      '{"event":"Frame","session":"s","epoch":1,"at":1}',
      '{"event":"Frame","session":"s","epoch":1,"at":1,"base64":"%"}',
      '{"event":"New","session":"s","epoch":1,"at":1}',
      '{"event":"Tick","session":"s","epoch":1e999,"at":1,"wall":1}',
      '{"event":"Tick","session":"s","epoch":1,"at":null,"wall":1}',
    ]
    for (const line of lines) expect(Result.isFailure(decodeEvent(line))).toBe(true)
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => Result.isResult(decodeEvent(line))))
  })
})

describe("a frame event", () => {
  it("decodes its items once, on first use", () => {
    const frame = makeFrame("main", 1, 5, '[{"action":"ping"}]')
    expect(frame.items).toHaveLength(1)
    expect(frame.items).toBe(frame.items)
  })
})
