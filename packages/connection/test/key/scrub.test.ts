/** Keeping the key out of what others wrote. */
import { decodeFrame, messageLimits, splitFrame } from "@boltodds/protocol"
import { describe, expect, it, vi } from "vitest"
import { KeyGuard } from "../../src/key/KeyGuard.ts"
import { scrub, scrubOurs } from "../../src/key/scrub.ts"

const secret = "p@ss/key!~(1)"
const inForm = new URLSearchParams({ key: secret }).toString().slice(4)
const spellings = [
  secret,
  encodeURIComponent(secret),
  encodeURIComponent(secret).toLowerCase(),
  encodeURI(secret).replace("@", "%40"),
  // As in the URL that is dialed: form encoding escapes more.
  inForm,
  inForm.replaceAll(/%../g, (code) => code.toLowerCase()),
  // As PHP writes JSON.
  secret.replaceAll("/", "\\/"),
]

describe("a foreign text", () => {
  it("is shown without the key in any spelling, and without the queries of URLs", () => {
    for (const spelling of spellings) {
      expect(scrub(`no ${spelling}.`, secret)).toBe("no [redacted].")
      expect(scrub(`wss://host/api?x=1&key=${spelling} failed`, secret)).toBe("wss://host/api?[redacted] failed")
    }
    expect(scrub('no a"b-c"d-e', 'a"b-c"d-e')).toBe("no [redacted]")
    expect(scrub(JSON.stringify({ error: 'no a"b-c"d-e' }), 'a"b-c"d-e')).toBe('{"error":"no [redacted]"}')
  })

  it("loses a short key only where it is a whole word, and keeps our own words", () => {
    expect(scrub("no such key: test. The contest 'test' (latest)", "test")).toBe(
      "no such key: [redacted]. The contest '[redacted]' (latest)",
    )
    for (const short of ["a$b(c", "ab-c", "a.b/c", "[a]{b"]) expect(scrub(`bad ${short}`, short)).toBe("bad [redacted]")
    expect(scrub("the key is a k", "k")).toBe("the key is a k")
    expect(scrubOurs("Cannot reach test", "test")).toBe("Cannot reach test")
    expect(scrubOurs(`Cannot reach ${secret}`, secret)).toBe("Cannot reach [redacted]")
  })

  it("is shown on one line, without control characters", () => {
    expect(scrub("a\r\nb\u001b[2Jc\u009bd", secret)).toBe("a b [2Jc d")
  })

  it("is cut after the key, never within it", () => {
    expect(scrub(`${"x".repeat(295)}${secret}`, secret)).toBe(`${"x".repeat(295)}[reda…`)
  })
})

describe("a frame", () => {
  const guard = new KeyGuard(secret)
  const long = "x".repeat(100_000)
  /** A frame as text, and as bytes of both kinds. */
  const forms = (frame: string) => [frame, new TextEncoder().encode(frame), Buffer.from(frame)]

  it("loses the key anywhere and in any spelling", () => {
    for (const spelling of spellings) {
      for (
        const frame of [
          (key: string) => `{"error":"bad key ${key}"}`,
          (key: string) => `{"action":"error","message":"${long}${key}","sportsbook":"x"}`,
          (key: string) =>
            `[{"timestamp":"2026","action":"line_update","pad":"${long}","data":{"link":"/?key=${key}"}}]`,
          (key: string) =>
            `{"timestamp":"2026","action":"line_update","data":{"outcomes":{"a":{"odds":"-110","link":"/?k=${key}"}}}}`,
        ]
      ) {
        for (const raw of forms(frame(spelling))) expect(guard.clean(raw)).toBe(frame("[redacted]"))
      }
    }
  })

  it("loses a key with JSON escapes", () => {
    const plain = new KeyGuard("secret-Key/0")
    for (const raw of forms('{"error":"\\u0073ecret-\\u004Bey\\u002f0 and \\u00e9"}')) {
      expect(plain.clean(raw)).toBe('{"error":"[redacted] and \\u00e9"}')
    }
  })

  it("without the key is returned unchanged", () => {
    for (const raw of forms(`{"timestamp":"2026","data":{"link":"%40 \\u00e9 ${long}"}}`)) {
      expect(guard.clean(raw)).toBe(raw)
    }
  })

  it("of data keeps what looks like a key and may be a word or a number; other words lose it", () => {
    const data = (word: string) =>
      `{"action":"line_update","data":{"sportsbook":"fanduel","outcomes":{"${word}":{"odds":"-110"}}}}`
    for (const word of ["1105", "Moneyline", "12345678"]) {
      const one = new KeyGuard(word)
      expect(one.clean(data(word))).toBe(data(word))
    }
    expect(new KeyGuard("Moneyline").clean('{"error":"no key Moneyline"}')).toBe('{"error":"no key [redacted]"}')
    expect(new KeyGuard("ping").clean('{"action":"ping"}')).toBe('{"action":"ping"}')
    expect(new KeyGuard("abcdefg1").clean(data("abcdefg1"))).toBe(data("[redacted]"))
  })

  it("above the size limit stays above it, and keeps its scope", () => {
    const one = new KeyGuard(secret)
    const pad = "a".repeat(messageLimits.messageBytes)
    const update = (note: string) =>
      `[{"action":"line_update","data":{"sportsbook":"A","game":"1","note":"${note}","sportsbook":"B","game":"2"}}]`
    const [plain] = splitFrame(update(`${secret.replaceAll(/./g, "x")}${pad}`))
    const [raw] = splitFrame(update(`${secret}${pad}`))
    const clean = one.clean(raw!)
    expect(clean.slice(0, 200)).toContain("[redacted]")
    const what = (frame: string | Uint8Array) =>
      decodeFrame(frame).map((item) => item._tag === "Quarantined" ? [item.reason, item.touches] : [item._tag])
    expect(what(clean)).toEqual(what(plain!))
    expect(what(plain!)).toEqual([["limited: a message of more than 8388608 bytes", {}]])
  })

  it("is searched as bytes if the runtime can, otherwise as text", () => {
    const raw = new TextEncoder().encode(`{"error":"${secret}"}`)
    const clean = () => new KeyGuard(secret).clean(raw)
    expect(clean()).toBe('{"error":"[redacted]"}')
    vi.stubGlobal("Buffer", undefined)
    try {
      expect(clean()).toBe('{"error":"[redacted]"}')
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it("with the key is reported once", () => {
    let echoes = 0
    const one = new KeyGuard(secret, () => echoes++)
    one.clean('{"action":"ping"}')
    expect(echoes).toBe(0)
    for (let times = 0; times < 3; times++) one.clean(`{"error":"${secret}"}`)
    expect(echoes).toBe(1)
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
