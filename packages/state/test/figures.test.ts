/** What a draft says of its sessions and sportsbooks without being sealed. */
import { gameId, isLive } from "@boltodds/protocol"
import { book, make, thaw } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { scenario } from "./scenario.ts"

const runs = Number(process.env["LAW_RUNS"] ?? 60)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
const options = { run: "01J00000000000000000000000" }
const game = "A vs B, 2026-07-16, 01"

describe("the figures of a draft", () => {
  it("counts games, lines, and those without a price as the book has them, at every step", { timeout: 120_000 }, () => {
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      const draft = thaw(make(options))
      for (const [index, event] of scenario(seed).events.entries()) {
        draft.apply([event])
        if (index % 7 !== 0) continue
        const now = book(draft.seal())
        const expected = new Map<string, { games: number; verified: number; lines: number; suspended: number }>()
        for (const { session, sportsbook, verified, lines } of now.games.values()) {
          const place = gameId(session, sportsbook)
          const sums = expected.get(place) ?? { games: 0, verified: 0, lines: 0, suspended: 0 }
          const stale = now.staleSessions.has(session) || now.staleBooks.has(place)
          expected.set(place, {
            games: sums.games + 1,
            verified: sums.verified + Number(verified && !stale),
            lines: sums.lines + lines.size,
            suspended: sums.suspended + [...lines.values()].filter(({ odds }) => odds === null).length,
          })
        }
        const found = draft.sportsbooks.filter(({ games }) => games > 0).map((each) =>
          [
            gameId(each.session, each.sportsbook),
            { games: each.games, verified: each.gamesVerified, lines: each.lines, suspended: each.suspended },
          ] as const
        )
        expect(new Map(found), `seed ${seed}, event ${index}`).toEqual(expected)
      }
    }
  })

  it("never calls a session settled while all of its lines are unverified", { timeout: 120_000 }, () => {
    let settled = 0
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      const draft = thaw(make(options))
      for (const event of scenario(seed).events) {
        draft.apply([event])
        const now = book(draft.seal())
        for (const { session, isSettled, stale } of draft.standings) {
          if (!isSettled || stale !== undefined) continue
          settled++
          const games = [...now.games.values()].filter((each) => each.session === session)
          const isConfirmed = games.length === 0 || games.some(({ verified }) => verified) ||
            games.some((each) => [...each.lines.values()].some((line) => isLive(now, each, line)))
          expect(isConfirmed, `seed ${seed}`).toBe(true)
        }
      }
    }
    expect(settled).toBeGreaterThan(runs)
  })

  it("settles with the snapshot, is unsettled in a gap, and settled without any game after 10 s of pings", () => {
    const draft = thaw(make(options))
    const script = new Script()
    let fed = 0
    const standing = () => {
      draft.apply(script.events.slice(fed))
      fed = script.events.length
      const { isConnected, isSettled, stale } = draft.standings[0]!
      return { isConnected, isSettled, stale }
    }
    script.connect()
    expect(standing()).toEqual({ isConnected: true, isSettled: false, stale: undefined })
    script.wait(11_000).frame({ action: "ping" })
    expect(standing()).toEqual({ isConnected: true, isSettled: true, stale: undefined })
    script.frame(message("initial_state", "betmgm", game, { "A ML": outcome("-110") }))
    expect(standing()).toEqual({ isConnected: true, isSettled: false, stale: undefined })
    script.wait(11_000).frame({ action: "ping" })
    expect(standing()).toEqual({ isConnected: true, isSettled: true, stale: undefined })
    script.disconnect()
    expect(standing()).toEqual({ isConnected: false, isSettled: false, stale: undefined })
  })
})
