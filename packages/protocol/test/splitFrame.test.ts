import { decodeFrame, type Item, messageLimits, splitFrame } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { decodeAtOnce, decodeInPieces } from "../src/Frame.ts"
import { piecesOf } from "../src/splitFrame.ts"
import { generator } from "../../state/test/random.ts"

const small = {
  ...messageLimits,
  wholeFrame: 400,
  pieceValues: 60,
  messageBytes: 4_000,
  messageValues: 300,
}
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const seen = (items: ReadonlyArray<Item>) => items.map((item) => ({ ...item, text: item.text, _tag: item._tag }))
const piecesIn = (text: string) => [...piecesOf(encoder.encode(text), small)].map(({ bytes }) => decoder.decode(bytes))

/** Texts that a splitter may take for the end of something. */
const nasty = ['"', "\\", '\\"', "},{", "]", "[", "é", "€", "😀", "\u2028", "\n", "\t", "", "a,b", '{"a":', "\uFFFD"]

const random = (seed: number) => {
  const next = generator(seed)
  const int = (below: number) => Math.floor(next() * below)
  const text = () => Array.from({ length: int(5) }, () => nasty[int(nasty.length)]).join("") + int(100)
  const value = (depth: number): unknown => {
    switch (int(depth > 3 ? 4 : 6)) {
      case 0:
        return text()
      case 1:
        return int(1000) - 500.5
      case 2:
        return [true, false, null][int(3)]
      case 3:
        return int(9)
      case 4:
        return Array.from({ length: int(4) }, () => value(depth + 1))
      default:
        return Object.fromEntries(Array.from({ length: int(5) }, () => [text(), value(depth + 1)]))
    }
  }
  const message = (): unknown =>
    int(4) === 0 ? value(0) : {
      action: ["line_update", "initial_state", "ping", "new_thing", text()][int(5)],
      data: int(5) === 0 ? value(1) : {
        sport: "MLB",
        sportsbook: text(),
        game: text(),
        home_team: text(),
        away_team: text(),
        outcomes: { [text()]: { odds: "-110", link: text() } },
      },
    }
  const nested = (depth: number): unknown => {
    const list: Array<unknown> = Array.from(
      { length: int(12) },
      () => int(8) === 0 && depth < 3 ? nested(depth + 1) : message(),
    )
    return list
  }
  const spaced = (json: string) => {
    // Blanks between tokens, outside of texts.
    let inText = false
    let out = ""
    for (let index = 0; index < json.length; index++) {
      const char = json[index]!
      out += char
      if (inText && char === "\\") out += json[++index]!
      else if (char === '"') inText = !inText
      else if (!inText && ",:[]{}".includes(char) && next() < 0.2) out += [" ", "\n", "\t", "  "][int(4)]
    }
    return out
  }
  const json = JSON.stringify(nested(0))
  return { text: next() < 0.5 ? json : spaced(json), int }
}

describe("a large frame", () => {
  it("decodes in pieces to what it decodes to at once, for any valid frame", () => {
    let pieces = 0
    for (let seed = 1; seed <= 500; seed++) {
      const { text } = random(seed)
      const mark = seed % 10 === 0 ? "\uFEFF  " : ""
      const unbounded = { ...small, messageBytes: Infinity, messageValues: Infinity }
      expect(seen(decodeInPieces(mark + text, unbounded)), `seed ${seed}`).toEqual(seen(decodeAtOnce(text)))
      pieces += piecesIn(text).length
    }
    expect(pieces).toBeGreaterThan(1_500)
  })

  it("decodes in pieces to what it decodes to at once where it is cut off, for any cut", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const { text, int } = random(seed)
      const cut = text.slice(0, 1 + int(text.length)).toWellFormed()
      const unbounded = { ...small, messageBytes: Infinity, messageValues: Infinity }
      const whole = seen(decodeAtOnce(cut))
      const divided = seen(decodeInPieces(cut, unbounded))
      // A cut text whose only element reads well is no array at all.
      expect(divided.map(({ _tag, text }) => ({ _tag, text })), `seed ${seed}`).toEqual(
        whole.map(({ _tag, text }) => ({ _tag, text })),
      )
      for (const [index, item] of whole.entries()) {
        const other = divided[index]!
        // What is lost at the end touches the session where anything came before it.
        if ("touches" in item && item.reason === "the array is not closed") {
          if (item.touches !== undefined) expect(other).toMatchObject({ touches: {} })
        } else expect(other).toEqual(item)
      }
    }
  })

  it("decodes in pieces to what it decodes to at once, whatever white space stands around its messages", () => {
    const wide = ["\u00a0", "\ufeff", "\ufeff\ufeff", "\u2028", "\u3000\n", "\u2003", " \u1680\t", "\u205f"]
    for (let seed = 1; seed <= 200; seed++) {
      const { text, int } = random(seed)
      const blank = () => wide[int(wide.length)]!
      const message = JSON.stringify({ action: "new_thing", pad: "x".repeat(int(300)) })
      const shapes = [
        `${blank()}${text}${blank()}`,
        `${message}${blank()}${message}${blank()}${text}`,
        `[${blank()}${message}${blank()},${blank()}${message}${blank()}]${blank()}`,
      ]
      const unbounded = { ...small, messageBytes: Infinity, messageValues: Infinity }
      for (const shape of shapes) {
        expect(seen(decodeInPieces(shape, unbounded)), `seed ${seed}`).toEqual(seen(decodeAtOnce(shape)))
      }
      expect(decodeAtOnce(shapes[0]!)).toEqual(decodeAtOnce(text))
    }
  })

  it("is counted before it is parsed, whatever white space stands before its messages", () => {
    const many = JSON.stringify({ action: "new_thing", data: Array.from({ length: 400 }, () => ({})) })
    const refused = { _tag: "Quarantined", reason: "limited: a message of more than 300 values" }
    for (const blank of ["", " ", "\u00a0", "\ufeff\ufeff", "\u2028\u3000"]) {
      expect(decodeInPieces(`${blank}${many}\n`, small)).toMatchObject([refused])
      expect(decodeInPieces(`{"action":"ping"}${blank}${many}`, small)).toMatchObject([{ _tag: "Message" }, refused])
      expect(decodeInPieces(`[${blank}${many}${blank}]`, small)).toMatchObject([refused])
    }
  })

  it("is cut between messages only, into pieces within the bounds", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { text } = random(seed)
      for (const piece of piecesIn(text)) {
        if (piece.startsWith("[")) expect(encoder.encode(piece).length).toBeLessThanOrEqual(small.wholeFrame)
        expect(() => JSON.parse(piece) as unknown).not.toThrow()
      }
    }
  })

  it("comes back as it is where it is small, one message, or not JSON", () => {
    const message = `{"action":"x","pad":"${"a".repeat(300_000)}"}`
    for (const raw of ["[]", '{"action":"ping"}', message, "a".repeat(300_000), encoder.encode(message)]) {
      expect(splitFrame(raw)).toEqual([raw])
      expect(splitFrame(raw)[0]).toBe(raw)
    }
  })

  it("ends unclosed in its last piece, which touches the session", () => {
    const game = (name: string) =>
      JSON.stringify({ action: "line_update", data: { sport: "MLB", sportsbook: "a", game: name, outcomes: {} } })
    const pings = Array.from({ length: 9_000 }, () => '{"action":"ping","text":"a longer one"}').join(",")
    const pieces = splitFrame(`[${game("1")},${pings}`)
    expect(pieces.length).toBeGreaterThan(1)
    const last = pieces.flatMap(decodeFrame).at(-1)
    expect(last).toMatchObject({ _tag: "Quarantined", reason: "the array is not closed", touches: {} })
  })
})

describe("a frame beyond a bound on frames", () => {
  const data = (game: string) =>
    JSON.stringify({ action: "line_update", data: { sport: "MLB", sportsbook: "a", game, outcomes: {} } })
  const many = (count: number, message: string) => Array.from({ length: count }, () => message).join(",")
  const rest = (name: string, bound: number) => ({
    _tag: "Quarantined",
    reason: expect.stringMatching(new RegExp(`^limited: a frame of more than ${bound} `)) as string,
    touches: {},
    limit: { name, bound },
  })
  const { frameMessages, frameOthers, frameValues } = messageLimits
  const noData = ["{}", "x", "1", '""', "{x}", '{"a":{"b":[]}}', '{"action":"ping"}', '{"error":"a sportsbook"}', "{]"]

  it.each(noData)("stops reading after 10,000 messages %s that name no sportsbook", (message) => {
    const whole = `[${many(1_000_000, message)}]`
    for (const frame of [whole, `[[${whole.slice(1, -1)}`, whole.replaceAll(",", " , "), `[${data("1")},${whole}]`]) {
      const pieces = splitFrame(frame)
      const items = pieces.flatMap(decodeFrame)
      expect(pieces.length).toBeLessThan(10)
      expect(items.length).toBeLessThanOrEqual(frameOthers + 2)
      expect(items.at(-1)).toMatchObject(rest("frame_others", frameOthers))
    }
  })

  it("stops reading objects in a row without commas", () => {
    const items = splitFrame("{}".repeat(1_000_000)).flatMap(decodeFrame)
    expect(items).toHaveLength(frameOthers + 1)
    expect(items.at(-1)).toMatchObject(rest("frame_others", frameOthers))
  })

  it("reads more messages where they are as long as real ones", () => {
    const long = data("1").replace("{}", `{"${"a".repeat(messageLimits.bytesPerMessage)}":{}}`)
    expect(splitFrame(`[${many(frameMessages + 5, long)}]`).flatMap(decodeFrame)).toHaveLength(frameMessages + 5)
  })

  it("stops reading after 50,000 messages of any kind", () => {
    const items = splitFrame(`[${many(frameMessages + 5, data("1"))}]`).flatMap(decodeFrame)
    expect(items).toHaveLength(frameMessages + 1)
    expect(items.at(-2)).toMatchObject({ _tag: "Message" })
    expect(items.at(-1)).toMatchObject(rest("frame_messages", frameMessages))
    expect(splitFrame(`[${many(frameMessages, data("1"))}]`).flatMap(decodeFrame)).toHaveLength(frameMessages)
  })

  it("stops reading after a million values that are shorter than those of data", () => {
    const message = `{"action":"x","sportsbook":"a","data":[${many(10_000, "{}")}]}`
    const items = splitFrame(`[${many(1_000, message)}]`).flatMap(decodeFrame)
    expect(items).toHaveLength(Math.floor(frameValues / 20_003) + 1)
    expect(items.at(-1)).toMatchObject(rest("frame_values", frameValues))
  })

  it("reads more values where they are as long as those of data", () => {
    const outcome = { odds: "+100", link: "", outcome_name: "Moneyline", outcome_line: null, outcome_over_under: null }
    const outcomes = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`Over ${at}`, { ...outcome, outcome_target: "Home" }]),
    )
    const message = data("1").replace("{}", JSON.stringify(outcomes))
    const count = Math.ceil(1.2 * frameValues / message.split(/[{,[]/).length)
    expect(splitFrame(`[${many(count, message)}]`).flatMap(decodeFrame)).toHaveLength(count)
  })

  it("applies the data before the bound, and none after it", () => {
    const garbage = many(frameOthers, "{}")
    const dataFirst = splitFrame(`[${many(3_000, data("before"))},${garbage},{},${data("after")}]`)
    const games = (pieces: ReadonlyArray<string | Uint8Array>) =>
      new Set(
        pieces.flatMap(decodeFrame).flatMap((item) =>
          item._tag === "Message" && item.message.action === "line_update" ? [item.message.data.game] : []
        ),
      )
    expect([...games(dataFirst)]).toEqual(["before"])
    expect(dataFirst.flatMap(decodeFrame).at(-1)).toMatchObject(rest("frame_others", frameOthers))
    // Only what is no data is counted: data goes on being read until one more of those comes.
    const garbageFirst = `${garbage},${many(3_000, data("between"))}`
    expect([...games(splitFrame(`[${garbageFirst}]`))]).toEqual(["between"])
    expect([...games(splitFrame(`[${garbageFirst},{},${data("after")}]`))]).toEqual(["between"])
  })

  it("decodes to the same items whole and in pieces, also when its pieces were recorded", () => {
    const frame = `[${many(3_000, data("before"))},${many(frameOthers + 7, '{"action":"ping"}')}]`
    const pieces = splitFrame(frame)
    expect(decoder.decode(pieces.at(-1) as Uint8Array)).toBe(`[,,"frame_others",${7 * '{"action":"ping"},'.length}`)
    expect(seen(pieces.flatMap(decodeFrame))).toEqual(seen(decodeFrame(frame)))
    const recorded = pieces.map((piece) => decoder.decode(piece as Uint8Array))
    expect(seen(recorded.flatMap(decodeFrame))).toEqual(seen(decodeFrame(frame)))
    expect(recorded.flatMap(splitFrame)).toEqual(recorded)
  })

  it("is named by nothing else", () => {
    for (const text of ['[,,"frame_others",7]', '[,,"messages",7', '[,,"frame_others"', '[,"frame_others",7']) {
      expect(decodeFrame(text).some((item) => "limit" in item), text).toBe(false)
    }
  })
})

describe("a message beyond a bound", () => {
  const data = (rest: object) => ({
    action: "initial_state",
    data: { sport: "MLB", sportsbook: "a", game: "1", ...rest },
  })

  it("is not parsed; what its beginning names is unverified, and the messages beside it stand", () => {
    const long = JSON.stringify(data({ pad: "x".repeat(messageLimits.messageBytes) }))
    const many = JSON.stringify(data({ pad: Array.from({ length: messageLimits.messageValues }, () => 1) }))
    const items = decodeFrame(`[{"action":"ping"},${long},${many},{"action":"ping"}]`)
    expect(items).toMatchObject(
      [
        { _tag: "Message" },
        {
          _tag: "Quarantined",
          reason: /^limited: a message of more than 8388608 bytes/,
          touches: { sportsbook: "a", game: "1" },
          limit: { name: "message_bytes", bound: 8_388_608 },
        },
        { _tag: "Quarantined", reason: /^limited: a message of more than 400000 values/, touches: { sportsbook: "a" } },
        { _tag: "Message" },
      ].map((item) => ("reason" in item ? { ...item, reason: expect.stringMatching(item.reason) as string } : item))
        .map(
          (item, index) => index === 2 ? { ...item, touches: { sportsbook: "a", game: "1" } } : item,
        ),
    )
  })

  it("touches the session where it names nothing at its beginning, or more after it", () => {
    const pad = "x".repeat(messageLimits.messageBytes)
    const touches = (value: unknown) => {
      const [item] = decodeFrame(JSON.stringify(value))
      return item?._tag === "Quarantined" ? item.touches : "read"
    }
    expect(touches({ action: "x", data: { pad } })).toEqual({})
    expect(touches({ ...data({ pad }), more: { sportsbook: "b" } })).toEqual({})
    expect(touches({ ...data({ pad }), more: '{"SPORTSBOOK":"b"}' })).toEqual({})
    expect(touches({ ...data({ pad }), more: { game: "2" } })).toEqual({ sportsbook: "a" })
    expect(touches({ ...data({ pad }), link: "https://sportsbook.example/game" })).toEqual({
      sportsbook: "a",
      game: "1",
    })
    expect(touches(pad)).toEqual({})
  })

  it("is kept as far as the bound, and decodes to the same item as the whole", () => {
    const pad = "x".repeat(messageLimits.messageBytes)
    for (const more of [{}, { sportsbook: "b" }, { game: "2" }, { SportsBook: "b", Game: "2" }]) {
      const message = JSON.stringify({ ...data({ pad }), more, rest: pad })
      for (const frame of [message, `[${message},{"action":"ping"}]`]) {
        const pieces = splitFrame(frame)
        expect(pieces[0]!.length).toBeLessThan(messageLimits.messageBytes + 100)
        expect(seen(pieces.flatMap(decodeFrame))).toEqual(seen(decodeFrame(frame)))
      }
    }
  })

  it("is cut without a part of the word that the cut is in", () => {
    const secret = "0f8fad5b-d9cb-469f-a165-70867728950e"
    for (const before of ['"', " ", '\\"', "?key="]) {
      const head = `{"action":"new_thing","link":"https://feed.example/`
      const pad = "a".repeat(messageLimits.messageBytes - head.length - 20)
      const message = `${head}${pad}${before}${secret}${pad}","sportsbook":"b"}`
      const [cut] = splitFrame(encoder.encode(message))
      expect(cut!.length).toBe(messageLimits.messageBytes + 1 + '"sportsbook"'.length)
      expect(decoder.decode(cut as Uint8Array)).not.toContain(secret.slice(0, 8))
      expect(seen(decodeFrame(cut!))).toEqual(seen(decodeFrame(message)))
    }
  })

  it("names what it has in the word that the cut is in", () => {
    const pad = "x".repeat(messageLimits.messageBytes)
    const names = JSON.stringify('{"SPORTSBOOK":"b","game":"2"}').slice(1, -1)
    const message = JSON.stringify(data({ pad: "" })).replace('"pad":"', `"pad":"${pad.slice(0, -500)}${names}${pad}`)
    const pieces = splitFrame(message)
    expect(pieces[0]!.length).toBeLessThan(messageLimits.messageBytes + 100)
    expect(decodeFrame(pieces[0]!)).toMatchObject([{ touches: {} }])
  })

  it("may have 20,000 outcomes", () => {
    const outcome = {
      odds: "-110",
      link: "x".repeat(120),
      outcome_name: "Spread",
      outcome_line: 1.5,
      outcome_target: "H",
    }
    const outcomes = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`Home ${index}`, outcome]))
    expect(decodeFrame(JSON.stringify(data({ outcomes })))).toMatchObject([{ _tag: "Message" }])
  })
})
