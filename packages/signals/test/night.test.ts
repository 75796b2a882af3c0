/** A night with known truth. */
import { describe, expect, it } from "vitest"
import { makeNight } from "./night.ts"
import { countNight } from "./nightCount.ts"

describe("a night with a doubleheader under one key, a postponement, torn pairs and junk prices", () => {
  const night = makeNight(3, 12)
  const types = ["arb", "ev"] as const
  const [atOnce, confirmed] = [0, 2000].map((confirmMillis) => countNight(night, { types, confirmMillis }))

  it("has nothing of the games that share a key, and nothing that pays too much to be true", () => {
    expect(atOnce!.opened).toBeGreaterThan(100)
    for (const { event, value, legs } of atOnce!.records) {
      expect(event).not.toBe("e1")
      expect(value).toBeLessThanOrEqual(0.1)
      expect(legs.some(({ odds }) => odds === 900)).toBe(false)
    }
  })

  it("has nothing of a game whose start is moving", () => {
    // The sportsbooks begin to move it after six minutes.
    const moved = Date.parse("2026-07-16T16:07:30.000Z")
    const late = confirmed!.records.filter(({ event, opportunity, at }) =>
      event === "e3" && opportunity === "opened" && Date.parse(at) > moved
    )
    expect(late).toEqual([])
  })

  it("closes what it opened, and a leg that is suspended closes its opportunity", () => {
    const open = new Set<string>()
    const reasons = new Set<string | undefined>()
    for (const { id, opportunity, reason } of confirmed!.records) {
      if (opportunity !== "closed") open.add(id)
      else {
        expect(open.delete(id)).toBe(true)
        reasons.add(reason)
      }
    }
    expect([...reasons]).toEqual(expect.arrayContaining(["price", "suspended"]))
    expect(reasons.has("unverified")).toBe(false)
  })

  it("has fewer that are false the longer they must have stood, and still most of those that last", () => {
    const share = ({ opened, false: wrong }: { readonly opened: number; readonly false: number }) => wrong / opened
    expect(share(confirmed!)).toBeLessThan(0.6 * share(atOnce!))
    expect(confirmed!.found.size).toBeGreaterThan(0.6 * atOnce!.found.size)
  })
})
