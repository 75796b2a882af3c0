import { faults, parseFaults, scheduled, SimulatorError } from "@boltodds/simulator"
import { mute } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { withSimulator } from "./withSimulator.ts"

const problem = (text: string): string => {
  try {
    parseFaults(text)
  } catch (error) {
    if (error instanceof SimulatorError) return `${error.kind}: ${error.message}`
    throw error
  }
  return "none"
}

describe("parseFaults", () => {
  it("reads one fault or several, with parameters in any order", () => {
    const names = (text: string): ReadonlyArray<string> => parseFaults(text).map(({ name }) => name)
    expect(names("abort")).toEqual(["abort"])
    expect(names("mute after=10s for=60s, garbage share=0.1")).toEqual(["mute", "garbage"])
    expect(names("  drop   every=30s,stall for=1.5s\n,no-ack ")).toEqual(["drop", "stall", "no-ack"])
    expect(names(`refuse body="slow, please" status=429 retry-after=1m`)).toEqual(["refuse"])
    expect(names("garbage every=5frames, garbage every=5, mute after=1frame")).toEqual(["garbage", "garbage", "mute"])
  })

  it("keeps what is quoted", () =>
    withSimulator({ rate: 0 }, async ({ simulator, dial }) => {
      simulator.inject(String.raw`refuse status=429 body="slow, \"please\"" retry-after=2m`)
      await expect(dial()).rejects.toMatchObject({
        status: 429,
        body: `slow, "please"`,
        headers: { "retry-after": "120" },
      })
    }))

  it.each([
    ["mtue", /^faults: there is no fault mtue; did you mean mute\? There are drop, abort, /],
    ["zzzzzzzzzz", /^faults: there is no fault zzzzzzzzzz\. There are drop, /],
    ["drop evry=30s", /^faults: drop has no evry; did you mean every\? It has after, every, times, code, reason$/],
    [
      "drop every=30",
      /^faults: drop every: expected a duration such as 500ms, 15s, 1m30s, .* such as 200frames; got "30"$/,
    ],
    ["garbage share=1.5", /garbage share: expected a number from 0 to 1; got "1\.5"/],
    ["refuse status=200", /status: expected an HTTP status from 300 to 599; got "200"/],
    ["drop code=1006", /code: expected 1000 to 1003, 1007 to 1014, or 3000 to 4999; got "1006"/],
    ["oversize size=1TB", /size: expected a size such as .*, from 1B to 400MiB; got "1TB"/],
    ["connection-limit as=shout", /as: expected status or text; got "shout"/],
    ["no-ack after=5frames", /after: expected a duration such as 500ms, 15s, 1m30s, at most 24d; got "5frames"/],
    ["mute every=10s", /mute: every needs for/],
    ["mute every=10s for=10s", /for must be shorter than every/],
    ["mute every=10s for=5frames", /every and for must both be times, or both be frames/],
    ["drop after=10s every=5frames", /after and every must both be times, or both be frames/],
    ["drop after=10s times=3", /times needs every/],
    ["drop every=0s", /every must be above 0/],
    ["drop every=30d", /every: expected a duration .* at most 24d/],
    ["drop every=", /every: expected .*; got ""/],
    ["", /a fault is missing at the end/],
    ["drop,", /a fault is missing at the end/],
    [",drop", /a comma with no fault before it/],
    ["every=30s", /every=30s stands before the name of its fault/],
    ["drop mute", /a comma is missing before mute/],
    ["drop every=1s every=2s", /drop has every twice/],
    ["drop =5", /=5 is neither a fault nor name=value/],
    ["toString", /there is no fault toString/],
    ["drop constructor=1", /drop has no constructor/],
  ])("says what is wrong with %j", (text, message) => {
    expect(problem(text)).toMatch(message)
  })

  it("says all that is wrong at once", () => {
    expect(problem("mtue, drop code=5 evry=1s")).toMatch(/no fault mtue.*; drop code: expected.*; drop has no evry/)
  })

  it("repeats what is over in a moment every 30 seconds, where nothing else is said", () => {
    for (const { name, momentary, parameters } of faults) {
      expect([name, momentary]).toEqual([name, "every" in parameters && !("for" in parameters)])
    }
  })

  it("switches nothing on where a part of the text is wrong", () =>
    withSimulator({ rate: 0, pingMillis: 0 }, async ({ simulator, dial }) => {
      expect(() => simulator.inject("refuse, nonsense")).toThrow(SimulatorError)
      await dial()
    }))
})

describe("scheduled", () => {
  it("refuses times that cannot be", () => {
    expect(() => scheduled(mute(), { every: { millis: 10 }, for: { millis: 10 } })).toThrow(
      new RangeError("Cannot schedule mute: for must be shorter than every"),
    )
  })
})
