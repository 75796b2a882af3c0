/** Keeping the key out of what others wrote. */
import { describe, expect, it } from "vitest"
import { scrub, scrubOurs, withoutKey } from "../src/internal/scrub.ts"

const secret = "p@ss/key!~(1)"
const spellings = [
  secret,
  encodeURIComponent(secret),
  // As in the URL that is dialed: form encoding escapes more.
  new URLSearchParams({ key: secret }).toString().slice(4),
]

describe("a foreign text", () => {
  it("is shown without the key, however it is spelt, and without the query of any URL", () => {
    for (const spelling of spellings) {
      expect(scrub(`no ${spelling}.`, secret)).toBe("no [redacted].")
      expect(scrub(`wss://host/api?x=1&key=${spelling} failed`, secret)).toBe("wss://host/api?[redacted] failed")
    }
    expect(scrub('no a"b-c"d-e', 'a"b-c"d-e')).toBe("no [redacted]")
    expect(scrub(JSON.stringify({ error: 'no a"b-c"d-e' }), 'a"b-c"d-e')).toBe('{"error":"no [redacted]"}')
  })

  it("loses a short key only where it is a whole word, and no words of ours", () => {
    expect(scrub("no such key: test. The contest 'test' (latest)", "test")).toBe(
      "no such key: [redacted]. The contest '[redacted]' (latest)",
    )
    for (const short of ["a$b(c", "ab-c", "a.b/c", "[a]{b"]) expect(scrub(`bad ${short}`, short)).toBe("bad [redacted]")
    expect(scrub("the key is a k", "k")).toBe("the key is a k")
    expect(scrubOurs("Cannot reach test", "test")).toBe("Cannot reach test")
    expect(scrubOurs(`Cannot reach ${secret}`, secret)).toBe("Cannot reach [redacted]")
  })

  it("is shown on one line, and cannot steer a terminal", () => {
    expect(scrub("a\r\nb\u001b[2Jc\u009bd", secret)).toBe("a b [2Jc d")
  })

  it("is cut behind the key, never within", () => {
    expect(scrub(`${"x".repeat(295)}${secret}`, secret)).toBe(`${"x".repeat(295)}[reda…`)
  })
})

describe("a frame", () => {
  it("is shown without the key, as text and as bytes", () => {
    for (const spelling of spellings) {
      const frame = `{"error":"bad key ${spelling}"}`
      expect(withoutKey(frame, secret)).toBe('{"error":"bad key [redacted]"}')
      expect(withoutKey(new TextEncoder().encode(frame), secret)).toBe('{"error":"bad key [redacted]"}')
    }
  })

  it("of data stays as it is: what looks like a short key in it is something else", () => {
    const frame = '{"action":"line_update","data":{"sportsbook":"fanduel","outcomes":{"a":{"odds":"-1105"}}}}'
    expect(withoutKey(frame, "1105")).toBe(frame)
    expect(withoutKey('{"action":"ping"}', "ping")).toBe('{"action":"ping"}')
  })

  it("that is long stays as it is where it begins as data does", () => {
    for (const begin of ['{"timestamp":"', '[{"timestamp":"', '{"t":"']) {
      const frame = `${begin}${secret}${"x".repeat(5000)}"}`
      expect(withoutKey(frame, secret)).toBe(frame)
      const bytes = new TextEncoder().encode(frame)
      expect(withoutKey(bytes, secret)).toBe(bytes)
    }
  })

  it("with long words of the server is shown without the key, also while data comes", () => {
    for (const begin of ['{"error":"', '[{"action":"error","message":"', '{"action":"error","sportsbook":"']) {
      const frame = `${begin}${"x".repeat(5000)}${secret}"}`
      expect(withoutKey(frame, secret, true)).toBe(`${begin}${"x".repeat(5000)}[redacted]"}`)
      expect(withoutKey(new TextEncoder().encode(frame), secret, true)).toBe(`${begin}${"x".repeat(5000)}[redacted]"}`)
    }
  })
})

describe("a text that is long and of one kind", () => {
  it.each(["?", "?a", "=", "/", "\u0007", "a b"])("is scrubbed in time with its length: %j", (piece) => {
    expect(scrub(piece.repeat(1_000_000), "secret-key-0123456789").length).toBeLessThanOrEqual(301)
  })

  it("loses every query", () => {
    expect(scrub("see ws://a/x?key=1&b=2 and ?a?b=c, not ?d or e=f?g", "")).toBe(
      "see ws://a/x?[redacted] and ?[redacted] not ?d or e=f?g",
    )
  })
})
