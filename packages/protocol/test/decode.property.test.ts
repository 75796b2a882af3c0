import * as fc from "fast-check"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import {
  decodeFrame,
  FeedMessage,
  isOutcome,
  type Item,
  Outcome,
  outcomeFault,
  parseGameKey,
  parseLine,
  parseOdds,
  parseSide,
  parseStartsAt,
} from "../src/index.ts"
import { everyMessage, message, outcome } from "./messages.ts"

const runs = { numRuns: 500 }
const tags = new Set(["Message", "Unknown", "Quarantined"])

const field = fc.oneof(
  fc.constantFrom(null, "", "-110", "+100", "1.5", "-3,5", "O", "Over", 0, -1.5, "None", {}, [], true),
  fc.jsonValue(),
)
const names = ["odds", "link", "outcome_name", "outcome_line", "outcome_over_under", "outcome_target", "later"]
const anyOutcome = fc.oneof(
  fc.dictionary(fc.constantFrom(...names), field),
  fc.constantFrom(...names).chain((name) => field.map((value) => outcome({ [name]: value }))),
  fc.jsonValue(),
)
const name = fc.oneof(
  fc.constantFrom("fanduel", "MLB", "}, {", '},{"timestamp":', "a\u0000b", "", "é\u2028😀"),
  fc.string(),
)
const dataField = fc.constantFrom(
  "sport",
  "sportsbook",
  "game",
  "home_team",
  "info",
  "universal_game_id",
  "outcomes",
  "x",
)
const anyMessage = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...everyMessage) },
  {
    weight: 6,
    arbitrary: fc.record({
      timestamp: fc.oneof(fc.constant("2026-07-16T04:54:37.438001+00:00"), field),
      action: fc.oneof(fc.constantFrom(...everyMessage.map((sent) => sent["action"] as string)), fc.string()),
      data: fc.oneof(
        fc.tuple(name, fc.dictionary(name, anyOutcome), dataField, field).map(([game, outcomes, odd, value]) =>
          (message("x", { game, outcomes, [odd]: value }) as { data: unknown }).data
        ),
        fc.tuple(name, fc.dictionary(name, anyOutcome)).map(([game, outcomes]) =>
          (message("x", { game, outcomes }) as { data: unknown }).data
        ),
        field,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
).map((value) => JSON.parse(JSON.stringify(value)) as unknown) // as JSON has it: without minus zero

/** A frame's value as JSON, in one of the ways JSON can be written. */
const written = fc.tuple(
  fc.oneof(anyMessage, fc.array(anyMessage, { maxLength: 6 }), fc.array(fc.array(anyMessage, { maxLength: 3 }))),
  fc.constantFrom(undefined, 1, 2, "\t"),
).map(([value, space]) => ({ value, text: JSON.stringify(value, null, space) }))

const flat = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value.flatMap(flat) : [value]
const isSound = (items: ReadonlyArray<Item>) =>
  items.every((item) =>
    tags.has(item._tag) && typeof item.text === "string" && (item._tag !== "Message" || item.rejected.length >= 0)
  )

describe("decodeFrame is total", () => {
  it("for arbitrary text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => isSound(decodeFrame(text))), runs)
  })
  it("for arbitrary bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => isSound(decodeFrame(bytes))), runs)
  })
  it("for text made of JSON's own characters", () => {
    const unit = fc.constantFrom(
      "[",
      "]",
      "{",
      "}",
      '"',
      "\\",
      ",",
      ":",
      "1",
      "\n",
      '"action"',
      '"ping"',
      '{"timestamp":',
    )
    fc.assert(fc.property(fc.array(unit, { maxLength: 60 }), (units) => isSound(decodeFrame(units.join("")))), runs)
  })
  it("for valid frames with some bytes changed, cut out, or the end missing", () => {
    const mutation = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom("set", "cut", "end"))
    fc.assert(
      fc.property(written, fc.array(mutation, { minLength: 1, maxLength: 4 }), ({ text }, mutations) => {
        let bytes = new TextEncoder().encode(text)
        for (const [place, value, kind] of mutations) {
          const at = place % (bytes.length + 1)
          if (kind === "set") bytes[at] = value
          else if (kind === "end") bytes = bytes.slice(0, at)
          else bytes = Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1 + (value % 8))])
        }
        return isSound(decodeFrame(bytes)) && isSound(decodeFrame(new TextDecoder().decode(bytes)))
      }),
      { numRuns: 1000 },
    )
  })
  it("and so are the parsers of fields", () => {
    const parsers = [parseOdds, parseLine, parseSide, parseStartsAt, isOutcome, outcomeFault]
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), fc.string(), (value, key) => {
        for (const parse of parsers) parse(value)
        return parseGameKey(key).raw === key
      }),
      runs,
    )
  })
})

describe("decodeFrame agrees with JSON.parse of the whole", () => {
  it("the texts of the items are those of the frame's messages, each on one line", () => {
    fc.assert(
      fc.property(written, ({ value, text }) => {
        const items = decodeFrame(text)
        const wanted = flat(value).map((sent) => sent === "ping" ? { action: "ping" } : sent)
        expect(items.map((item) => JSON.parse(item.text))).toEqual(wanted)
        expect(JSON.parse(`[${items.map((item) => item.text).join(",")}]`)).toEqual(wanted)
        for (const item of items) expect(item.text).not.toMatch(/[\n\r]/)
      }),
      runs,
    )
  })

  it("whatever the members, arrays with look-alike seams and repeated keys are cut as JSON says", () => {
    const piece = fc.constantFrom(
      '{"timestamp":1}',
      '{"timestamp":1,"timestamp":{"timestamp":2}}',
      '{"timestamp":[{"timestamp":1},{"timestamp":2}]}',
      '{"timestamp":"},{\\"timestamp\\":"}',
      '{"a":[{},{}],"b":"}, {"}',
      '{"timestamp" : 1}',
      "[]",
      "7",
      '"x"',
      "null",
    )
    const array = fc.array(fc.tuple(piece, fc.constantFrom(",", ", ", " ,\n")), { maxLength: 6 })
    fc.assert(
      fc.property(array, (pieces) => {
        const text = `[${pieces.map(([piece, comma], at) => piece + (at < pieces.length - 1 ? comma : "")).join("")}]`
        expect(decodeFrame(text).map((item) => JSON.parse(item.text))).toEqual(flat(JSON.parse(text)))
      }),
      { numRuns: 2000 },
    )
  })
})

describe("the hand-written judges agree with the schemas", () => {
  const isSchemaOutcome = Schema.is(Outcome)
  const isSchemaMessage = Schema.is(FeedMessage)

  it("isOutcome is Schema.is(Outcome)", () => {
    fc.assert(fc.property(anyOutcome, (value) => isOutcome(value) === isSchemaOutcome(value)), { numRuns: 2000 })
  })

  it("what the schema takes is a message, the very value; what is a message, the schema takes", () => {
    const seen = { taken: 0, refused: 0 }
    fc.assert(
      fc.property(anyMessage, (value) => {
        const [item] = Array.isArray(value) || value === "ping" ? [] : decodeFrame(JSON.stringify(value))
        if (item === undefined) return
        const taken = isSchemaMessage(value)
        seen[taken ? "taken" : "refused"]++
        if (taken) expect(item).toMatchObject({ _tag: "Message", message: value })
        if (item._tag === "Message" && item.rejected.every(({ reason }) => !reason.startsWith("not the shape"))) {
          expect(isSchemaMessage(item.message)).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(100)
  })

  it("an outcome is rejected exactly when it has a fault, alone", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anyOutcome), (outcomes) => {
        const [item] = decodeFrame(JSON.stringify(message("line_update", { outcomes })))
        const faulty = Object.keys(outcomes).filter((key) =>
          outcomeFault(JSON.parse(JSON.stringify(outcomes[key]))) !== undefined
        )
        expect(item?._tag === "Message" && item.rejected.map(({ key }) => key)).toEqual(faulty)
      }),
      runs,
    )
  })
})
