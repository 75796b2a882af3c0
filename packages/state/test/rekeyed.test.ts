import { isActionable, whyNotActionable } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, reduce, since } from "./reduce.ts"

const before = "Mets vs Cubs, 2026-07-16, 1e1f1b8dc2ec"
const after = "Mets vs Cubs, 2026-07-17, 1e1f1b8dc2ec"
const universal = "0a1b2c3d4e5f"

interface Ids {
  readonly universal?: string | null
  readonly id?: unknown
  readonly home?: string
  readonly away?: string
}

const game = (action: string, key: string, odds: string, ids: Ids = {}, sportsbook = "betmgm") =>
  message(action, sportsbook, key, { home: outcome(odds) }, {
    info: "id" in ids ? ids.id === undefined ? {} : { id: ids.id } : { id: 7 },
    data: {
      universal_game_id: ids.universal === undefined ? universal : ids.universal,
      home_team: ids.home ?? "Mets",
      away_team: ids.away ?? "Cubs",
    },
  })
const line = (key: string, sportsbook = "betmgm") => ({ sportsbook, game: key, outcome: "home" })
const start = (ids: Ids = {}) =>
  new Script().connect().frame(game("initial_state", before, "-110", ids)).wait(10_000).tick()
const actionable = (script: Script, ...keys: ReadonlyArray<string>): ReadonlyArray<boolean> => {
  const { state } = reduce(script)
  return keys.map((key) => isActionable(state, line(key), script.at))
}

describe("a game that moves to another key", () => {
  it("leaves the old key's game unverified, and names both keys", () => {
    for (const action of ["initial_state", "game_update", "game_added"]) {
      const script = start()
      const events = script.events.length
      const reduced = reduce(script.frame(game(action, after, "+150")))
      expect(brief(since(reduced, events)).slice(-2), action).toEqual(["game_rekeyed", "quarantined game"])
      expect(find(reduced.records, { control: "game_rekeyed" })).toMatchObject({
        sportsbook: "betmgm",
        game: after,
        previous_game: before,
        universal_game_id: universal,
        book_game_id: "7",
      })
      expect(find(reduced.records, { control: "quarantined" })).toMatchObject({
        sportsbook: "betmgm",
        game: before,
        reason: `the game moved to another key: "${before}" is now "${after}"`,
      })
      expect(whyNotActionable(reduced.state, line(before), script.at)).toBe("unverified")
      expect(isActionable(reduced.state, line(after), script.at)).toBe(true)
    }
  })

  it("says it once of a key that is unverified already, however many keys come", () => {
    const keys = Array.from({ length: 5 }, (_, index) => `${after} ${index}`)
    const script = start()
    for (const key of keys) script.frame(game("initial_state", key, "+150"))
    const rekeyed = reduce(script).records.flatMap((record) =>
      "control" in record && record.control === "game_rekeyed" ? [[record.previous_game, record.game]] : []
    )
    expect(rekeyed).toEqual([[before, keys[0]], ...keys.slice(1).map((key, index) => [keys[index], key])])
    expect(actionable(script, before, ...keys)).toEqual([false, false, false, false, false, true])
  })

  it("does so within one snapshot too, where both keys are new", () => {
    const script = new Script().connect()
      .frame(game("initial_state", before, "-110"), game("initial_state", after, "+150"))
    expect(actionable(script, before, after)).toEqual([false, true])
  })

  it("keeps the old key's game in the book: only the feed closes it", () => {
    const script = start().frame(game("initial_state", after, "+150"))
    expect(reduce(script).folded.games.size).toBe(2)
    script.frame(message("game_removed", "betmgm", before, {}))
    expect(reduce(script).folded.games.size).toBe(1)
    expect(actionable(script, after)).toEqual([true])
  })

  it("is restored by its own full message, and a line of it by a line update", () => {
    const script = start().frame(game("initial_state", after, "+150"))
    expect(actionable(script.frame(game("line_update", before, "-115")), before, after)).toEqual([true, true])
    const whole = start().frame(game("initial_state", after, "+150"), game("game_update", before, "-112"))
    expect(brief(reduce(whole).records).at(-1)).toBe("game_verified betmgm " + before)
    expect(actionable(whole, before, after)).toEqual([true, true])
  })

  it("is reported once, and neither key is starved where both get full messages in turn", () => {
    const script = start().frame(game("initial_state", after, "+150"))
    for (const odds of ["-111", "-112", "-113"]) {
      script.frame(game("game_update", before, odds), game("game_update", after, odds))
      expect(actionable(script, before, after)).toEqual([true, true])
    }
    script.disconnect().connect()
      .frame(game("initial_state", before, "-113"), game("initial_state", after, "-113")).wait(10_000).tick()
    expect(actionable(script, before, after)).toEqual([true, true])
    const kinds = brief(reduce(script).records)
    expect(kinds.filter((kind) => kind === "game_rekeyed")).toHaveLength(1)
    expect(kinds.at(-1)).toBe("synced")
  })

  it("is noticed when a partial game completes, and when a message brings the id", () => {
    const partial = start().frame(game("line_update", after, "+150"))
    expect(actionable(partial, before, after)).toEqual([true, false])
    expect(actionable(partial.frame(game("game_update", after, "+150")), before, after)).toEqual([false, true])
    const without = start().frame(game("initial_state", after, "+150", { universal: null }))
    expect(actionable(without, before, after)).toEqual([true, true])
    expect(actionable(without.frame(game("game_update", after, "+150")), before, after)).toEqual([false, true])
  })

  it("is noticed at each further key", () => {
    const third = "Mets vs Cubs, 2026-07-18, 1e1f1b8dc2ec"
    const script = start().frame(game("initial_state", after, "+150"), game("initial_state", third, "+120"))
    expect(actionable(script, before, after, third)).toEqual([false, false, true])
  })

  it("takes an id of the sportsbook that is not sent for no difference", () => {
    for (const [one, other] of [[undefined, undefined], [7, undefined], [undefined, 7], [7, "7"]]) {
      const script = start({ id: one }).frame(game("initial_state", after, "+150", { id: other }))
      expect(actionable(script, before, after), `${one} and ${other}`).toEqual([false, true])
    }
  })
})

describe("two games that only look like one", () => {
  const alone = (name: string, script: Script, ...keys: ReadonlyArray<string>): void => {
    expect(actionable(script, ...keys), name).toEqual(keys.map(() => true))
    expect(find(reduce(script).records, { control: "game_rekeyed" }), name).toBeUndefined()
  }

  it("are both left alone", () => {
    alone(
      "other universal ids",
      start().frame(game("initial_state", after, "+150", { universal: "ffff" })),
      before,
      after,
    )
    alone("other ids of the book", start().frame(game("initial_state", after, "+150", { id: 8 })), before, after)
    alone(
      "no universal id",
      start({ universal: null }).frame(game("initial_state", after, "+150", { universal: null })),
      before,
      after,
    )
  })

  it("are left alone where one has home and away exchanged, as soccer and UFC publish them", () => {
    const flipped = { home: "Cubs", away: "Mets" }
    alone("flipped", start().frame(game("initial_state", after, "+150", flipped)), before, after)
  })

  it("are left alone at two sportsbooks", () => {
    const script = start().frame(game("initial_state", after, "+150", {}, "caesars"))
    const { state } = reduce(script)
    expect(isActionable(state, line(before), script.at)).toBe(true)
    expect(isActionable(state, line(after, "caesars"), script.at)).toBe(true)
  })

  it("are two again once the first is closed: nothing is left to invalidate", () => {
    const script = start().frame(message("game_removed", "betmgm", before, {}), game("initial_state", after, "+150"))
    alone("closed", script, after)
  })
})

describe("an id that very many games share", () => {
  it("names the newest 64 of them at most", () => {
    const script = new Script().connect()
    for (let index = 0; index < 70; index++) script.frame(game("initial_state", `key ${index}`, "-110"))
    script.frame(game("initial_state", "key 0", "-110"), game("initial_state", "key 69", "-110"))
    const before = script.events.length
    const reduced = reduce(script.frame(game("initial_state", "key 70", "-110")))
    const named = since(reduced, before).flatMap((it) =>
      "control" in it && it.control === "game_rekeyed" ? [it.previous_game] : []
    )
    expect(named).toEqual(["key 69"])
  })
})
