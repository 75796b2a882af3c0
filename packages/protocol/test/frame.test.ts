import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { decodeFrame, FeedMessage, type Item, type MessageItem, outcomeFault, rejectedOutcomes } from "../src/index.ts"
import { data, everyMessage, gameKey, message, outcome } from "./messages.ts"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const tags = (items: ReadonlyArray<Item>) => items.map((item) => item._tag)
const only = (raw: unknown): Item => {
  const items = decodeFrame(typeof raw === "string" ? raw : JSON.stringify(raw))
  expect(items.length).toBe(1)
  return items[0]!
}
const onlyMessage = (raw: unknown): MessageItem => {
  const item = only(raw)
  if (item._tag !== "Message") throw new Error(`not a message but ${JSON.stringify(item)}`)
  return item
}

describe("a message of every known kind", () => {
  for (const sent of everyMessage) {
    it(`${sent["action"]} is a message, as it came and with its own text`, () => {
      const text = JSON.stringify(sent)
      expect(onlyMessage(text).message).toEqual(sent)
      expect(onlyMessage(text).text).toBe(text)
      expect(onlyMessage(text).rejected).toEqual([])
      expect(Schema.is(FeedMessage)(sent)).toBe(true)
    })
    it(`${sent["action"]} keeps fields nobody has seen yet`, () => {
      const later = { ...sent, sequence: 7, meta: { deep: [1, { x: null }] } }
      expect(onlyMessage(later).message).toEqual(later)
      expect(Schema.is(FeedMessage)(later)).toBe(true)
    })
  }

  it("unknown fields of the data, the info and an outcome survive decoding by the schema too", () => {
    const later = message("line_update", {
      region: "us-nj",
      info: { venue: "Dome" },
      outcomes: { a: outcome({ deeplink: { ios: "x" } }) },
    })
    expect(Schema.decodeUnknownSync(FeedMessage)(later)).toEqual(later)
    expect(onlyMessage(later).message).toEqual(later)
  })
})

describe("frames come in several forms", () => {
  const two = [message("line_update"), { action: "ping" }]

  it("an object, an array, an array of one, in text and in bytes", () => {
    for (const frame of [two[0], [two[0]], two, [...two, ...two]]) {
      const wanted = [frame].flat()
      for (const raw of [JSON.stringify(frame), bytes(JSON.stringify(frame))]) {
        expect(decodeFrame(raw).map((item) => item._tag === "Message" && item.message)).toEqual(wanted)
        expect(decodeFrame(raw).map((item) => JSON.parse(item.text))).toEqual(wanted)
      }
    }
  })

  it("nested arrays are flattened, in order", () => {
    const frame = [[{ action: "a" }], [[{ action: "b" }, [{ action: "c" }]]], { action: "d" }, []]
    expect(decodeFrame(JSON.stringify(frame)).map((item) => item._tag === "Unknown" && item.action)).toEqual(
      ["a", "b", "c", "d"],
    )
  })

  it("a byte order mark is skipped", () => {
    expect(tags(decodeFrame('\uFEFF{"action":"ping"}'))).toEqual(["Message"])
    expect(tags(decodeFrame(bytes('\uFEFF{"action":"ping"}')))).toEqual(["Message"])
  })

  it("blank frames hold nothing", () => {
    for (const blank of ["", " ", "\r\n", "\uFEFF", "[]", "[ ]", "[[],[]]", bytes("")]) {
      expect(decodeFrame(blank)).toEqual([])
    }
  })

  it("a bare ping is a ping, and its text is JSON", () => {
    for (const ping of ["ping", '"ping"', '["ping"]', bytes("ping\n")]) {
      expect(decodeFrame(ping)).toEqual([
        { _tag: "Message", message: { action: "ping" }, rejected: [], text: '{"action":"ping"}' },
      ])
    }
  })

  it("keep-alives in other forms are pings too, with their own text", () => {
    const forms = [
      "PING",
      "pong",
      "Heartbeat",
      "keep-alive",
      "{}",
      "null",
      "true",
      "1",
      "1764433800.123",
      '{"type":"ping"}',
      '{"event":"heartbeat"}',
      '{"action":"heartbeat"}',
      '{"action":"pong"}',
      '{"op":"ping","ts":1}',
      '{"type":"PING","data":{}}',
      '{"ping":1764433800}',
      '["PONG"]',
      '"PING"',
    ]
    for (const form of forms) {
      const [item, ...more] = decodeFrame(form)
      expect(more, form).toEqual([])
      expect(item, form).toMatchObject({ _tag: "Message", message: { action: "ping" }, rejected: [] })
      expect(decodeFrame(bytes(form)), form).toMatchObject([{ _tag: "Message", message: { action: "ping" } }])
    }
  })

  it("a heartbeat that carries more may be data: it is not a ping", () => {
    for (
      const form of [
        { action: "heartbeat", data: { sportsbook: "fanduel" } },
        { type: "ping", games: [1] },
        { op: "ping", payload: JSON.stringify(message("line_update")) },
      ]
    ) expect(only(form)._tag === "Message", JSON.stringify(form)).toBe(false)
  })

  it("spacing does not matter, and each text is one line without outer blanks", () => {
    const sent = [message("line_update"), { action: "ping" }, message("game_update")]
    const python = JSON.stringify(sent).replaceAll('":', '": ').replaceAll(',"', ', "').replaceAll(",{", ", {")
    const odd = `[\n ${JSON.stringify(sent[0])} ,\r\n${JSON.stringify(sent[1])}\t,\t${JSON.stringify(sent[2])}\n]`
    for (const text of [python, odd, JSON.stringify(sent, null, 2), JSON.stringify(sent, null, "\t")]) {
      const items = decodeFrame(`\n${text}\n`)
      expect(items.map((item) => JSON.parse(item.text))).toEqual(sent)
      for (const item of items) expect(item.text).toMatch(/^\{[^\n\r]*\}$/)
    }
  })

  it("a line break within a string is broken JSON, and is not mended into another name", () => {
    const text = JSON.stringify(message("line_update")).replace("Springfield Comets -1.5", "Springfield\nComets -1.5")
    expect(only(text)).toMatchObject({ _tag: "Quarantined", touches: { sportsbook: "fanduel", game: gameKey } })
  })

  it("several messages in a row, without an array, are read one by one", () => {
    expect(tags(decodeFrame('{"action":"ping"}\n{"action":"new"}'))).toEqual(["Message", "Unknown"])
  })

  it("a seam within a string or a nested list is not taken for one between messages", () => {
    const tricky = [
      { timestamp: "t", action: "x", list: [{ timestamp: "a" }, { timestamp: "b" }] },
      { timestamp: '},{"timestamp":', action: "y" },
      { timestamp: "}, {", action: "z" },
    ]
    expect(decodeFrame(JSON.stringify(tricky)).map((item) => JSON.parse(item.text))).toEqual(tricky)
  })
})

describe("what is not known", () => {
  it("an unknown action is kept whole", () => {
    const sent = { action: "bet_settled", data: { anything: [1] } }
    expect(only(sent)).toEqual({ _tag: "Unknown", action: "bet_settled", value: sent, text: JSON.stringify(sent) })
  })

  it("an error without an action is an error message; its text stays as it came", () => {
    expect(only({ error: "too many concurrent connections" })).toEqual({
      _tag: "Message",
      message: {
        action: "error",
        message: "too many concurrent connections",
        error: "too many concurrent connections",
      },
      rejected: [],
      text: '{"error":"too many concurrent connections"}',
    })
  })

  it("descriptions of a wrong type become null and cost no price", () => {
    const odd = message("line_update", { universal_game_id: 17, home_team: {}, away_team: [], info: [] }, {
      timestamp: {},
    })
    const item = onlyMessage(odd)
    const expected = { universal_game_id: null, home_team: null, away_team: null, info: null }
    expect(item.message).toEqual(message("line_update", expected, { timestamp: null }))
    expect(JSON.parse(item.text)).toEqual(odd)
    expect(item.rejected).toEqual([])
    expect(onlyMessage({ action: "socket_connected", plan: 3 }).message).toEqual({
      action: "socket_connected",
      plan: null,
    })
    expect(onlyMessage({ ...everyMessage[7], timestamp: [] }).message).toEqual({ ...everyMessage[7], timestamp: null })
  })

  it("a game removed without its empty outcomes is removed all the same", () => {
    expect(onlyMessage({ action: "game_removed", data: data({ outcomes: undefined }) }).message).toEqual({
      action: "game_removed",
      data: data({ outcomes: {} }),
    })
  })
})

describe("quarantine says what it touches, never less than it may be", () => {
  const touches = (raw: unknown) => {
    const item = only(raw)
    return item._tag === "Quarantined" ? item.touches : `a ${item._tag}`
  }

  it("nothing, where it does not read like feed data", () => {
    for (const raw of ["hello", "[7]", "[null]", "{", '{"action":7}', "<html>", '{"a":', '"x"', "\u0000", "SGVsbG8="]) {
      expect(touches(raw)).toBe(undefined)
    }
  })

  it("the game, where book and game can be read", () => {
    const scope = { sportsbook: "fanduel", game: gameKey }
    const text = JSON.stringify(message("line_update"))
    expect(touches(text.slice(0, -5))).toEqual(scope)
    expect(touches(text.replace('"-110"', "-11O"))).toEqual(scope)
    expect(touches(message("line_update", { outcomes: [] }))).toEqual(scope)
    expect(touches(message("initial_state", { sport: 5 }))).toEqual(scope)
    expect(touches({ ...message("line_update"), action: null })).toEqual(scope)
    expect(touches(JSON.stringify(text))).toEqual(scope)
  })

  it("the book, where the game cannot be read for certain", () => {
    const text = JSON.stringify(message("line_update"))
    expect(touches(text.slice(0, text.indexOf("Shelbyville")))).toEqual({ sportsbook: "fanduel" })
    expect(touches(message("line_update", { game: "" }))).toEqual({ sportsbook: "fanduel" })
    expect(touches(message("line_update", { game: {} }))).toEqual({ sportsbook: "fanduel" })
    expect(touches(message("line_update", { game: "a\u0000b" }))).toEqual({ sportsbook: "fanduel" })
    expect(touches(message("sport_clear", { sport: {} }))).toEqual({ sportsbook: "fanduel", game: gameKey })
  })

  it("the session, where it is feed data of nobody knows whom", () => {
    const text = JSON.stringify(message("line_update"))
    expect(touches(text.slice(0, text.indexOf("fanduel")))).toEqual({})
    expect(touches('{"timestamp":"2026-07-16T04:54:37')).toEqual({})
    expect(touches(message("line_update", { sportsbook: "a\u0000b" }))).toEqual({})
    for (const action of ["line_update", "book_clear", "game_removed"]) expect(touches({ action })).toEqual({})
    expect(touches({ action: "book_clear", data: { sportsbook: {} } })).toEqual({})
    expect(touches({ data: {} })).toEqual({})
  })

  it("a broken text that swallowed messages of several games touches what they have in common", () => {
    const broken = (first: object, second: object) =>
      `[${JSON.stringify(first).slice(0, -2)},${JSON.stringify(second)}]`
    const other = { game: "Other vs Another, 2026-07-16, 01" }
    const update = message("line_update")
    expect(touches(broken(update, message("line_update", other)))).toEqual({ sportsbook: "fanduel" })
    expect(touches(broken(update, message("line_update", { sportsbook: "betmgm" })))).toEqual({})
    const cut = JSON.stringify(message("line_update", other))
    expect(touches(`${JSON.stringify(update).slice(0, -2)},${cut.slice(0, 60)}`)).toEqual({})
  })

  it("an array that is not closed lost something, if it was feed data", () => {
    const items = decodeFrame(`[${JSON.stringify(message("line_update"))},`)
    expect(tags(items)).toEqual(["Message", "Quarantined"])
    expect(items[1]).toMatchObject({ touches: {} })
    expect(decodeFrame('[{"action":"ping"},')[1]).toMatchObject({ touches: undefined })
  })

  it("what stands around garbage is kept", () => {
    const good = JSON.stringify(message("line_update"))
    const items = decodeFrame(`[${good},"x",{"action":,${good}]`)
    expect(items[0]).toMatchObject({ _tag: "Message" })
    expect(tags(items).filter((tag) => tag === "Quarantined").length).toBeGreaterThanOrEqual(2)
    expect(tags(decodeFrame(`[${good},nonsense,${good}]`))).toEqual(["Message", "Quarantined", "Message"])
    expect(tags(decodeFrame(`[${good}]${good}`))).toEqual(["Message", "Message"])
  })

  it("damaged bytes quarantine the messages the damage is in", () => {
    const frame = bytes(
      `[${JSON.stringify(message("line_update", { game: "A vs B, 2026-07-16, 01" }))},{"action":"ping"}]`,
    )
    const at = new TextDecoder().decode(frame).indexOf("-110")
    frame[at] = 0xff
    const items = decodeFrame(frame)
    expect(tags(items)).toEqual(["Quarantined", "Message"])
    expect(items[0]).toMatchObject({
      reason: "not UTF-8",
      touches: { sportsbook: "fanduel", game: "A vs B, 2026-07-16, 01" },
    })
  })

  describe("a frame in another form is named, and touches the session unless its text says more", () => {
    const update = JSON.stringify(message("line_update"))
    const wide = (text: string, littleEndian: boolean): Uint8Array => {
      const view = new DataView(new ArrayBuffer(2 * text.length))
      for (let index = 0; index < text.length; index++) view.setUint16(2 * index, text.charCodeAt(index), littleEndian)
      return new Uint8Array(view.buffer)
    }
    const base64 = (data: Uint8Array): string => btoa(String.fromCharCode(...data))
    const gzip = new Uint8Array([
      0x1f,
      0x8b,
      8,
      0,
      0,
      0,
      0,
      0,
      0,
      3,
      0xab,
      0x56,
      0x4a,
      0x4c,
      0x2e,
      0xc9,
      0xcc,
      0xcf,
      0x53,
    ])

    it("compressed data", () => {
      const forms: ReadonlyArray<readonly [string, Uint8Array]> = [
        ["gzip-compressed frame", gzip],
        ["zlib-compressed frame", new Uint8Array([0x78, 0x9c, 0xab, 0x56, 0x4a, 0x4c, 0x2e, 0xc9])],
        ["zstd-compressed frame", new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x10, 0x81, 0])],
        ["binary data that is not UTF-8", new Uint8Array([0x8b, 0x02, 0x80, 0xff, 0x10, 0x83])],
      ]
      for (const [reason, raw] of forms) {
        expect(decodeFrame(raw), reason).toMatchObject([{ _tag: "Quarantined", reason, touches: {} }])
      }
      expect(decodeFrame(gzip)[0]!.text).toBe("19 bytes: 1f 8b 08 00 00 00 00 00 00 03 ab 56 4a 4c 2e c9 cc cf 53")
    })

    it("UTF-16, with and without its mark", () => {
      const scope = { sportsbook: "fanduel", game: gameKey }
      for (const [name, isLittle] of [["UTF-16LE", true], ["UTF-16BE", false]] as const) {
        for (const mark of ["", "\uFEFF"]) {
          expect(decodeFrame(wide(mark + update, isLittle))).toMatchObject([
            { _tag: "Quarantined", reason: `${name} text in place of UTF-8`, touches: scope },
          ])
        }
      }
      expect(decodeFrame(wide('{"lines":[]}', true))).toMatchObject([{ touches: {} }])
    })

    it("base64 and hexadecimal digits", () => {
      const scope = { sportsbook: "fanduel", game: gameKey }
      expect(decodeFrame(base64(bytes(update)))).toMatchObject([{ reason: "base64 of JSON", touches: scope }])
      expect(decodeFrame(base64(gzip))).toMatchObject([{ reason: "base64 of gzip-compressed data", touches: {} }])
      const hex = [...bytes(update)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
      expect(decodeFrame(hex)).toMatchObject([{ reason: "hexadecimal digits of JSON", touches: scope }])
      const noise = Uint8Array.from({ length: 96 }, (_, index) => (index * 167 + 201) % 256)
      expect(decodeFrame(base64(noise))).toMatchObject([{ reason: "base64 of data that is no text", touches: {} }])
    })

    it("keys in other case, and text that is encoded twice or three times and cut off", () => {
      const scope = { sportsbook: "fanduel", game: gameKey }
      const shouting = update.replace('"sportsbook"', '"SportsBook"').replace('"game"', '"GAME"')
      expect(touches(shouting.slice(0, -5))).toEqual(scope)
      const twice = JSON.stringify(update)
      expect(touches(twice.slice(0, -9))).toEqual(scope)
      expect(touches(JSON.stringify(twice).slice(0, -9))).toEqual(scope)
    })
  })

  it("a damaged name names nothing", () => {
    const text = JSON.stringify(message("line_update"))
    const frame = bytes(text)
    frame[text.indexOf("fanduel") + 2] = 0xff
    expect(decodeFrame(frame)).toMatchObject([{ _tag: "Quarantined", touches: {} }])
  })
})

describe("outcomes are judged one by one", () => {
  it("one that cannot be read is rejected alone, in its place", () => {
    const outcomes = {
      good: outcome(),
      decimal: outcome({ odds: "1.91" }),
      suspended: outcome({ odds: "" }),
      zero: outcome({ odds: 0 }),
      text: "-110",
      missing: {},
      infinite: outcome({ odds: 1e308 }),
    }
    const item = onlyMessage(message("initial_state", { outcomes }))
    expect(item.rejected.map(({ key }) => key)).toEqual(["decimal", "zero", "text", "missing", "infinite"])
    expect(item.rejected[0]).toEqual({
      key: "decimal",
      reason: 'odds are not American: "1.91"',
      value: outcome({ odds: "1.91" }),
    })
    expect(rejectedOutcomes(item.message)).toEqual(item.rejected)
    expect(item.rejected).toBe(item.rejected)
  })

  it("the reason names what is wrong", () => {
    expect(outcomeFault(outcome())).toBe(undefined)
    expect(outcomeFault(outcome({ odds: null }))).toBe(undefined)
    expect(outcomeFault({})).toBe("odds are not American: the field is missing")
    expect(outcomeFault(outcome({ outcome_name: 5 }))).toBe("not the shape of an outcome: outcome_name is a number")
    expect(outcomeFault(outcome({ outcome_line: "8½x", outcome_over_under: "Yes" }))).toBe(
      'outcome_over_under cannot be read: "Yes"; outcome_line cannot be read: "8½x"',
    )
    expect(outcomeFault(outcome({ odds: "1.91", outcome_line: [8.5] }))).toBe(
      'not the shape of an outcome: outcome_line is an array; odds are not American: "1.91"',
    )
    expect(outcomeFault(outcome({ outcome_line: 1e300 }))).toBe("outcome_line cannot be read: 1e+300")
    for (const line of ["", " ", "None", null, undefined]) {
      expect(outcomeFault(outcome({ outcome_line: line, outcome_over_under: line }))).toBe(undefined)
    }
    expect(outcomeFault(null)).toBe("not the shape of an outcome")
  })

  it("a link of a wrong type costs no price", () => {
    for (const link of [5, true, {}, ["https://x"]]) expect(outcomeFault(outcome({ link }))).toBe(undefined)
  })
})
