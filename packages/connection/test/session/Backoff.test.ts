import { DialError } from "@boltodds/connection"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect } from "vitest"
import {
  type BackoffState,
  type ConnectionEnd,
  decideBackoff,
  endOfConnection,
  endOfDial,
  initialBackoff,
} from "../../src/session/Backoff.ts"

const failed: ConnectionEnd = { kind: "failed", detail: "closed" }
const key: ConnectionEnd = { kind: "key", detail: "HTTP 401" }
const busy: ConnectionEnd = { kind: "busy", detail: "HTTP 429" }
const live = (liveMillis: number): ConnectionEnd => ({ ...failed, upMillis: liveMillis + 500, liveMillis })

const waits = (endings: ReadonlyArray<ConnectionEnd>): ReadonlyArray<string> => {
  let attempts = initialBackoff
  return endings.map((ending) => {
    const decision = decideBackoff(attempts, ending)
    if (decision._tag !== "Wait") return decision._tag
    attempts = decision.attempts
    return `${decision.minMillis}-${decision.maxMillis}`
  })
}

describe("the back-off", () => {
  it("doubles its full jitter from 2 to 60 s", () => {
    expect(waits(Array.from({ length: 7 }, () => failed))).toEqual([
      "0-2000",
      "0-4000",
      "0-8000",
      "0-16000",
      "0-32000",
      "0-60000",
      "0-60000",
    ])
  })

  it("is short again only after a minute of live data", () => {
    expect(waits([failed, failed, live(59_999), live(60_000), failed])).toEqual([
      "0-2000",
      "0-4000",
      "0-8000",
      "0-2000",
      "0-4000",
    ])
  })

  it("waits 30 s or more after a refusal for being busy", () => {
    expect(waits([busy, busy])).toEqual(["30000-32000", "30000-34000"])
    expect(waits([{ ...busy, retryAfterMillis: 45_000 }])).toEqual(["45000-47000"])
    expect(waits([{ ...busy, retryAfterMillis: 5000 }])).toEqual(["30000-32000"])
  })

  it("honors Retry-After up to an hour", () => {
    expect(waits([{ ...failed, retryAfterMillis: 7000 }])).toEqual(["7000-9000"])
    expect(waits([{ ...busy, retryAfterMillis: 1e12 }])).toEqual(["3600000-3602000"])
  })

  it("tries a refused key once more after a few seconds", () => {
    expect(waits([key, key])).toEqual(["2000-5000", "KeyRefused"])
    expect(waits([key, failed, key, key])).toEqual(["2000-5000", "0-4000", "2000-5000", "KeyRefused"])
  })

  it("keeps trying a refused key every 1 to 5 minutes once it has worked", () => {
    expect(waits([live(100), key, key, key])).toEqual(["0-2000", "60000-300000", "60000-300000", "60000-300000"])
  })

  it("ends when two connections end with a frame above the size limit, without data in between", () => {
    const oversize = (liveMillis?: number): ConnectionEnd =>
      endOfConnection({ kind: "oversize", code: 1009, detail: "a frame" }, { upMillis: 70_000, liveMillis }, [])
    expect(waits([oversize(), oversize()])).toEqual(["0-2000", "FrameTooLarge"])
    expect(waits([oversize(100), live(1), oversize(100), oversize(100)])).toEqual([
      "0-2000",
      "0-4000",
      "0-8000",
      "FrameTooLarge",
    ])
    // What brought no data says nothing of the frames.
    for (const other of [failed, busy, { ...failed, upMillis: 70_000 }]) {
      expect(waits([oversize(100), other, other, oversize(100)]).at(-1)).toBe("FrameTooLarge")
    }
    // Live for a minute each time: its snapshots fit.
    expect(waits([oversize(60_000), oversize(60_000)])).toEqual(["0-2000", "0-2000"])
  })

  it("ends after maxAttempts attempts without data, and never otherwise", () => {
    let attempts = initialBackoff
    const next = (ending: ConnectionEnd): string => {
      const decision = decideBackoff(attempts, ending, 3)
      if (decision._tag === "Wait") attempts = decision.attempts
      return decision._tag
    }
    expect([failed, failed, live(1), failed, { ...failed, upMillis: 60_000 }, failed, failed, failed].map(next))
      .toEqual([
        "Wait",
        "Wait",
        "Wait",
        "Wait",
        "Wait",
        "Wait",
        "Wait",
        "GiveUp",
      ])
  })

  const spans = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200_000 }))
  const endings = Schema.Array(Schema.Union([Schema.Literals(["failed", "busy"]), spans])).check(Schema.isMaxLength(40))
  it.effect.prop(
    "never waits longer than 60 s on top of what the server asked for, and never less than nothing",
    [endings],
    ([drawn]) =>
      Effect.sync(() => {
        let attempts: BackoffState = initialBackoff
        for (const what of drawn) {
          const one = what === "failed" ? failed : what === "busy" ? busy : live(what)
          const decision = decideBackoff(attempts, one)
          if (decision._tag !== "Wait") throw new Error(`gave up: ${decision._tag}`)
          const floor = one.kind === "busy" ? 30_000 : 0
          expect(decision.minMillis).toBe(floor)
          expect(decision.maxMillis).toBeGreaterThanOrEqual(floor + 2000)
          expect(decision.maxMillis).toBeLessThanOrEqual(floor + 60_000)
          attempts = decision.attempts
        }
      }),
  )
})

describe("the meaning of an end", () => {
  const refused = (status: number, body = "") => endOfDial(new DialError("refused", `HTTP ${status}`, { status, body }))

  it("reads the status of a refused dial, and its text", () => {
    expect([401, 403, 429, 503, 404, 302, 500].map((status) => refused(status).kind)).toEqual([
      "key",
      "key",
      "busy",
      "busy",
      "failed",
      "failed",
      "failed",
    ])
    expect(refused(403, "too many concurrent connections")).toEqual({
      kind: "busy",
      detail: "HTTP 403: too many concurrent connections",
      status: 403,
      retryAfterMillis: undefined,
    })
  })

  it("does not count an answer of a proxy or a web page as one of the feed", () => {
    for (const status of [401, 403, 407, 429, 503]) {
      const error = new DialError("proxy", "the proxy p refuses", { status, body: "invalid API key; rate limit" })
      expect(endOfDial(error)).toMatchObject({ kind: "failed", detail: "the proxy p refuses" })
    }
    const page = "<!DOCTYPE html><title>Access denied</title><p>invalid api key, too many requests"
    const bodies: ReadonlyArray<readonly [string, string | undefined]> = [
      [page, undefined],
      [`\ufeff\n ${page}`, undefined],
      ["<html>", "text/html; charset=utf-8"],
      ["", "text/html"],
      ["<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "application/xml"],
      ["error code: 1020", "text/plain; charset=UTF-8"],
    ]
    for (const [body, contentType] of bodies) {
      for (const status of [401, 403, 407]) {
        const ending = endOfDial(new DialError("refused", `HTTP ${status}`, { status, body, contentType }))
        expect(ending.kind, body).toBe("failed")
        expect(ending.detail).toContain("not an answer of the feed")
      }
    }
    expect(endOfDial(new DialError("refused", "HTTP 403", { status: 403, body: page })).detail).toContain(
      'HTTP 403 with a web page ("Access denied")',
    )
    expect(endOfDial(new DialError("refused", "HTTP 503", { status: 503, body: page })).kind).toBe("busy")
    expect(endOfDial(new DialError("refused", "HTTP 407", { status: 407 })).kind).toBe("failed")
    expect(refused(403, '{"error":"invalid key <x>"}').kind).toBe("key")
  })

  const never = { upMillis: 100, liveMillis: undefined }
  it("reads the server's messages before a close", () => {
    expect(endOfConnection({ kind: "closed", code: 1008, detail: "too many connections" }, never, []).kind).toBe(
      "busy",
    )
    expect(endOfConnection({ kind: "closed", code: 1000 }, never, ["Invalid API key"])).toMatchObject({
      kind: "key",
      detail: "closed (1000): Invalid API key",
    })
    expect(endOfConnection({ kind: "closed", code: 1000 }, never, ["Cannot subscribe. Code 1"]).kind).toBe("failed")
  })

  const upFor = { upMillis: 100_000, liveMillis: 90_000 }
  const kindOf = (code: number, detail = "", errors: ReadonlyArray<string> = []) =>
    endOfConnection({ kind: "closed", code, detail }, upFor, errors).kind

  it("counts a server as busy by its close code or its text, whatever came before", () => {
    for (const code of [1013, 4429, 4503]) expect(kindOf(code), String(code)).toBe("busy")
    for (const code of [1000, 1001, 1006, 1008, 1011, 1012, 4000, 4401]) {
      expect(kindOf(code), String(code)).toBe("failed")
    }
    for (
      const words of [
        "too many concurrent connections",
        "Too Many Requests",
        "Too many active sessions for this key",
        "rate limit exceeded",
        "Rate-limited",
        "RATE_LIMIT",
        "connection limit reached",
        "Maximum number of connections reached",
        "max connections exceeded",
        "limit of concurrent connections",
        "Try again later",
        "please retry in 30 seconds",
        "server is busy",
        "server overloaded",
        "Service Unavailable",
        "request throttled",
        "quota exceeded",
      ]
    ) {
      expect(kindOf(1008, words), words).toBe("busy")
      expect(kindOf(4000, words), words).toBe("busy")
      expect(kindOf(1000, "", [words]), words).toBe("busy")
      expect(refused(403, words).kind, words).toBe("busy")
    }
    for (const words of ["going away", "Your plan allows one sport", "Cannot subscribe: too many sports", "bye"]) {
      expect(kindOf(1000, words), words).toBe("failed")
    }
  })

  it("does not count a refused key as a busy server because it says to try later", () => {
    const { kind } = endOfConnection({ kind: "closed", code: 1008 }, never, ["Invalid API key, try again later"])
    expect(kind).toBe("key")
  })

  it("waits at least 5 s for a server that restarts", () => {
    const ending = endOfConnection({ kind: "closed", code: 1012 }, upFor, [])
    expect(ending).toMatchObject({ kind: "failed", retryAfterMillis: 5000 })
    expect(decideBackoff(initialBackoff, ending)).toMatchObject({ minMillis: 5000, maxMillis: 7000 })
  })

  it("does not count a key as refused if it brings data, or for words about something else", () => {
    const lively = { upMillis: 100, liveMillis: 50 }
    expect(endOfConnection({ kind: "closed", code: 1000 }, lively, ["invalid key"]).kind).toBe("failed")
    expect(endOfConnection({ kind: "silent" }, never, ["invalid key"]).kind).toBe("failed")
    for (
      const text of ["Cannot subscribe: unknown game key. Code 1", "game_key 'A vs B' not found", "invalid Game-Keys"]
    ) {
      expect(endOfConnection({ kind: "closed", code: 1000 }, never, [text]).kind, text).toBe("failed")
    }
  })
})
