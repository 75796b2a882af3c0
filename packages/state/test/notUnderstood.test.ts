import { type Control, isControl } from "@boltodds/protocol"
import { counts, isActionable, type StateOptions, unknownActions } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, type Records, reduce, since } from "./reduce.ts"

const game1 = "Lakers vs Celtics, 2026-11-29, 0a1b2c3d4e5f"
const game2 = "Bulls vs Knicks, 2026-11-29, 1a1b2c3d4e5f"
const universal: Record<string, string> = { [game1]: "0a1b2c3d4e5f", [game2]: "1a1b2c3d4e5f" }

const full = (sportsbook: string, game: string, odds = "-110", action = "initial_state") =>
  message(action, sportsbook, game, { home: outcome(odds), away: outcome("+100") }, {
    data: { universal_game_id: universal[game] },
  })
const update = (sportsbook: string, game: string, odds = "-150") =>
  message("line_update", sportsbook, game, { home: outcome(odds) })
const all = () =>
  new Script().connect()
    .frame(full("draftkings", game1), full("draftkings", game2), full("betmgm", game1), full("betmgm", game2))
    .wait(10_000).tick()
const everything = ["draftkings 1", "draftkings 2", "betmgm 1", "betmgm 2"]

/** The games of which the line `home` is actionable, by the state. */
const live = (script: Script, options: Partial<StateOptions> = {}): ReadonlyArray<string> => {
  const { state } = reduce(script, options)
  return ["draftkings", "betmgm"].flatMap((sportsbook) =>
    [game1, game2].flatMap((game, index) =>
      isActionable(state, { sportsbook, game, outcome: "home" }, script.at) ? [`${sportsbook} ${index + 1}`] : []
    )
  )
}
const quarantined = (records: Records): ReadonlyArray<Control & { control: "quarantined" }> =>
  records.filter((record) => isControl(record)).filter((record) => record.control === "quarantined")
/** What `value` does to a book in which everything is live. */
const after = (value: unknown, options: Partial<StateOptions> = {}): ReadonlyArray<string> =>
  live(typeof value === "string" ? all().raw(value) : all().frame(value), options)

const data = { sport: "NBA", sportsbook: "draftkings", game: game1, outcomes: { home: outcome("-200") } }
const allBut = (...games: ReadonlyArray<string>) => everything.filter((game) => !games.includes(game))

describe("a compact form", () => {
  it("leaves the game unverified that it names, whatever its fields are called, or without any", () => {
    for (
      const value of [
        { action: "odds_batch", data: [["draftkings", game1, "home", -200]] },
        { action: "odds_batch", data: ["draftkings", game1, "home", -200] },
        { a: "lu", b: "draftkings", g: game1, o: [["home", -200]] },
        { action: "lu", b: "draftkings", u: universal[game1], o: [[0, 1]] },
      ]
    ) expect(after(value), JSON.stringify(value)).toEqual(allBut("draftkings 1"))
  })

  it("leaves everything live where it names nothing that is known, and where it holds nothing but names", () => {
    for (
      const value of [
        { action: "server_stats", data: { hosts: ["a", 1], histogram: [120, 300] } },
        { action: "listing", games: [game1, game2] },
      ]
    ) expect(after(value), JSON.stringify(value)).toEqual(everything)
  })
})

describe("an unknown action", () => {
  it("leaves the game unverified that it names, and reports it with the action", () => {
    const script = all()
    const events = script.events.length
    const reduced = reduce(script.frame({ action: "odds_update", data }))
    expect(since(reduced, events)).toMatchObject([{
      control: "quarantined",
      reason: 'unknown action "odds_update"',
      action: "odds_update",
      touches: "game",
      sportsbook: "draftkings",
      game: game1,
      text: expect.stringContaining('"odds_update"') as string,
    }])
    expect(live(script)).toEqual(allBut("draftkings 1"))
    expect(reduced.folded.games.get(`draftkings\u0000${game1}`)!.verified).toBe(false)
    expect(counts(reduced.state)).toMatchObject({ unknown: 1, quarantined: 0, ignored: 0 })
    expect([...unknownActions(reduced.state)]).toEqual([["odds_update", { count: 1, ignored: false }]])
  })

  it("leaves the sportsbook unverified where it names no more", () => {
    expect(after({ action: "book_paused", data: { sportsbook: "draftkings", since: 1 } }))
      .toEqual(allBut("draftkings 1", "draftkings 2"))
  })

  it("finds the names wherever they stand and however they are written", () => {
    const shapes: ReadonlyArray<unknown> = [
      { action: "LINE_UPDATE", data },
      { action: "lineUpdate", data },
      { action: " line_update", data },
      { action: "x", payload: data },
      { action: "x", updates: [data] },
      { action: "x", data: { Sportsbook: "draftkings", GAME: game1, prices: { home: -200 } } },
      { action: "x", data: { book: "DraftKings", event: game1.toUpperCase() } },
      { action: "x", data: { book: "Draft Kings", event: game1.replaceAll(" ", "\u00A0") } },
      { action: "x", data: { book: "draftkings", event_id: "0a1b2c3d4e5f" } },
      { action: "x", data: JSON.stringify(data) },
      { action: "x", data: JSON.stringify(JSON.stringify(data)) },
      { action: "x", data: btoa(JSON.stringify(data)) },
      { action: "x", draftkings: { [game1]: { home: "-200" } } },
      { type: "line_update", data },
      { type: "envelope", payload: { action: "line_update", data } },
      { type: "batch", messages: [{ action: "line_update", data }] },
      { data: [{ action: "line_update", data }] },
      { action: 7, data },
      { message: { ...data } },
      JSON.stringify(JSON.stringify({ action: "line_update", data })),
      JSON.stringify(JSON.stringify(JSON.stringify([{ action: "line_update", data }]))),
      { action: "ping", data },
      { action: "heartbeat", data },
      { action: "error", data },
      { action: "subscription_updated", data },
      { action: "socket_connected", data },
    ]
    for (const shape of shapes) expect(after(shape), JSON.stringify(shape)).toEqual(allBut("draftkings 1"))
  })

  it("leaves every game unverified that one message names, and the sportsbook where they are many", () => {
    const both = { action: "x", updates: [data, { ...data, game: game2 }] }
    expect(after(both)).toEqual(allBut("draftkings 1", "draftkings 2"))
    const many = Array.from({ length: 40 }, (_, index) => `A vs B, 2026-11-29, ${index}`)
    const script = all().frame(...many.map((game) => full("draftkings", game)))
    const events = script.events.length
    const reduced = reduce(script.frame({ action: "x", updates: many.map((game) => ({ ...data, game })) }))
    expect(quarantined(since(reduced, events))).toMatchObject([{ touches: "sportsbook", sportsbook: "draftkings" }])
  })

  it("leaves the named game unverified at every sportsbook where it names none", () => {
    expect(after({ action: "x", data: { game: game1, odds: { home: "-200" } } }))
      .toEqual(allBut("draftkings 1", "betmgm 1"))
    expect(after({ action: "x", data: { event_id: "0a1b2c3d4e5f", v: -200 } }))
      .toEqual(allBut("draftkings 1", "betmgm 1"))
  })

  it("leaves the session unverified where it has prices and names nobody", () => {
    for (
      const value of [
        { action: "x", data: { id: 7, odds: "-110" } },
        { action: "x", data: [["-110", "+100"]] },
        { type: "tick", payload: { price: 1.91 } },
        { action: "x", data: "H4sIAAAAAAAAA6tWSkzOLsnMz1OyUkrOz0tOLMkvUtJRSkksSVSyUoKIKVnpKCXnF6UqWSnBpQG" },
      ]
    ) expect(after(value), JSON.stringify(value)).toEqual([])
  })
})

describe("a harmless stranger", () => {
  it("starves nobody: without prices and without a known name it touches nothing", () => {
    const strangers: ReadonlyArray<unknown> = [
      { action: "announcement", data: { message: "maintenance of draftkings at 10:00 +00:00" } },
      { action: "server_info", data: { version: "2.1", load: [1, 2, 3] } },
      { type: "status", data: { ok: true } },
      { action: "notice", text: "hello" },
      { action: "notice", sportsbook: "draftkings", game: game1 },
      { action: "subscribed", filters: { sportsbooks: ["draftkings"], sports: ["NBA"] } },
      { action: "heartbeat", data: { sportsbook: "draftkings" } },
      { data: {} },
      { action: "x", data: {} },
      { action: "x", data: [1, 2] },
      { action: "subscription_updated", filters: { sportsbooks: ["draftkings"], games: [game1] } },
      { action: "error", message: `Cannot subscribe to ${game1}`, data: { sportsbook: "draftkings", game: game1 } },
    ]
    for (const stranger of strangers) expect(after(stranger), JSON.stringify(stranger)).toEqual(everything)
  })

  it("is a message about a sportsbook or a game that is not known, prices or not", () => {
    for (
      const value of [
        { action: "odds_update", data: { ...data, sportsbook: "fliff" } },
        { action: "odds_update", data: { ...data, game: "Heat vs Magic, 2026-11-29, ffff" } },
      ]
    ) {
      const script = all()
      const events = script.events.length
      const records = since(reduce(script.frame(value, value, value)), events)
      expect(records).toMatchObject([{ touches: "game", sportsbook: value.data.sportsbook, game: value.data.game }])
      expect(live(script)).toEqual(everything)
    }
  })

  it("is reported once for each action, and counted always", () => {
    const script = all()
    const events = script.events.length
    const notice = { action: "notice", text: "hello" }
    const reduced = reduce(script.frame(notice, notice, { action: "other", text: "x" }, notice))
    expect(quarantined(since(reduced, events))).toMatchObject([
      { touches: "nothing", action: "notice", reason: 'unknown action "notice"' },
      { touches: "nothing", action: "other" },
    ])
    expect(unknownActions(reduced.state).get("notice")).toEqual({ count: 3, ignored: false })
    expect(counts(reduced.state).unknown).toBe(4)
  })

  it("is what the options say to ignore, by its action or its type", () => {
    const ignoredActions = ["odds_update"]
    for (const value of [{ action: "odds_update", data }, { type: "odds_update", data }]) {
      expect(after(value, { ignoredActions })).toEqual(everything)
      const reduced = reduce(all().frame(value), { ignoredActions })
      expect(quarantined(reduced.records)).toEqual([])
      expect(counts(reduced.state).ignored).toBe(1)
      expect(unknownActions(reduced.state).get("odds_update")).toEqual({ count: 1, ignored: true })
    }
    expect(after({ action: "other", data }, { ignoredActions })).toEqual(allBut("draftkings 1"))
  })

  it("is counted by name for a hundred names, and by number for all", () => {
    const script = all().frame(...Array.from({ length: 150 }, (_, index) => ({ action: `a${index}`, x: 1 })))
    const { state } = reduce(script)
    expect(unknownActions(state).size).toBe(100)
    expect(counts(state).unknown).toBe(150)
  })
})

describe("what was not understood is reported once for each change of state", () => {
  it("for a game, a sportsbook and the session", () => {
    const cases: ReadonlyArray<readonly [unknown, ReadonlyArray<unknown>]> = [
      [{ action: "x", data }, [full("draftkings", game1)]],
      [{ action: "x", data: { sportsbook: "draftkings", a: 1 } }, [
        full("draftkings", game1),
        full("draftkings", game2),
      ]],
      [
        { action: "x", data: { odds: "-110" } },
        everything.map((_, index) => full(index < 2 ? "draftkings" : "betmgm", index % 2 === 0 ? game1 : game2)),
      ],
    ]
    for (const [unknown, healing] of cases) {
      const script = all()
      const events = script.events.length
      script.frame(unknown, unknown).wait(100).frame(unknown)
      expect(quarantined(since(reduce(script), events)), "one").toHaveLength(1)
      script.frame(update("draftkings", game1))
      expect(live(script)).toContain("draftkings 1")
      script.frame(unknown, unknown)
      expect(live(script)).not.toContain("draftkings 1")
      expect(quarantined(since(reduce(script), events)), "again after a line was healed").toHaveLength(2)
      script.frame(...healing)
      expect(live(script)).toEqual(everything)
      script.frame(unknown)
      expect(quarantined(since(reduce(script), events)), "again after all was healed").toHaveLength(3)
    }
  })

  it("also where the whole sportsbook or session is unverified for such a cause already", () => {
    const script = all().frame({ action: "x", data: { odds: "-110" } })
    const events = script.events.length
    script.frame({ action: "x", data: { odds: "-110" } })
    expect(since(reduce(script), events)).toEqual([])
  })
})

describe("healing", () => {
  it("of a line by a line update, of a game by a full message", () => {
    const script = all().frame({ action: "odds_update", data })
    const { state } = reduce(script.frame(update("draftkings", game1)))
    expect(isActionable(state, { sportsbook: "draftkings", game: game1, outcome: "home" }, script.at)).toBe(true)
    expect(isActionable(state, { sportsbook: "draftkings", game: game1, outcome: "away" }, script.at)).toBe(false)
    expect(brief(reduce(script.frame(full("draftkings", game1, "-150", "game_update"))).records).at(-1))
      .toBe(`game_verified draftkings ${game1}`)
    expect(live(script)).toEqual(everything)
  })

  it("wants a resync after a minute, with the scope that has waited longest, and no second one for ten", () => {
    const script = all()
    const from = script.at
    script.frame({ action: "odds_update", data }).wait(30_000).frame({ action: "x", data: { odds: "-110" } })
    const pings = (until: number): void => {
      while (script.at + 15_000 <= from + until) script.wait(15_000).frame({ action: "ping" })
    }
    const wanted = () =>
      reduce(script).records.filter((record) => isControl(record) && record.control === "resync_wanted")
    pings(45_000)
    expect(wanted()).toEqual([])
    pings(60_000)
    expect(wanted()).toMatchObject([{
      reason: 'unknown action "odds_update"',
      sportsbook: "draftkings",
      game: game1,
      unverified_ms: 60_000,
      at: new Date(from + 60_000).toISOString(),
    }])
    // Nobody dials, as in a replay.
    pings(645_000)
    expect(wanted()).toHaveLength(1)
    pings(660_000)
    expect(wanted()).toHaveLength(2)
  })

  it("wants none where messages have healed the scope, nor after a new connection", () => {
    const healed = all().frame({ action: "odds_update", data }).wait(30_000).frame(full("draftkings", game1))
    const again = all().frame({ action: "odds_update", data }).wait(30_000).disconnect().connect().frame(
      full("draftkings", game1),
    )
    for (const script of [healed, again]) {
      for (let ping = 0; ping < 10; ping++) script.wait(15_000).frame({ action: "ping" })
      expect(find(reduce(script).records, { control: "resync_wanted" })).toBeUndefined()
    }
  })

  it("waits with it while we do not read", () => {
    const script = all().frame({ action: "odds_update", data }).wait(50_000).frame({ action: "ping" }).pause().wait(
      20_000,
    )
    expect(find(reduce(script.tick()).records, { control: "resync_wanted" })).toBeUndefined()
    expect(find(reduce(script.resume().tick()).records, { control: "resync_wanted" })).toMatchObject({
      unverified_ms: 70_000,
    })
  })
})

describe("frames that cannot be read", () => {
  const gzip = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56, 0x4a, 0x4c, 0x2e, 0xc9])

  it("leave the session unverified, once, until data is read again", () => {
    const script = all()
    const events = script.events.length
    script.raw(gzip).wait(1_000).raw(gzip).wait(1_000).raw(gzip)
    const reduced = reduce(script)
    expect(quarantined(since(reduced, events))).toMatchObject([
      {
        touches: "session",
        reason: "gzip-compressed frame",
        text: expect.stringMatching(/^16 bytes: 1f 8b/) as string,
      },
    ])
    expect(counts(reduced.state).quarantined).toBe(3)
    expect(live(script)).toEqual([])
    const heartbeats = reduce(script.wait(10_000).tick()).records.filter((record) =>
      isControl(record) && record.control === "heartbeat"
    )
    expect(heartbeats.at(-1)).toMatchObject({ games: 4, games_verified: 0 })
    expect(live(script.frame(update("betmgm", game2)))).toEqual(["betmgm 2"])
  })

  it("touch the names that their text holds, and no more", () => {
    for (
      const raw of [
        btoa(JSON.stringify({ action: "line_update", data })),
        JSON.stringify({ action: "LineUpdate", Data: data }).slice(0, -4),
        JSON.stringify(JSON.stringify({ action: "line_update", data })).slice(0, -9),
      ]
    ) expect(live(all().raw(raw)), raw).toEqual(allBut("draftkings 1"))
  })
})

describe("keep-alives in other forms", () => {
  it("make no record and touch nothing", () => {
    const script = all()
    const events = script.events.length
    for (
      const raw of [
        "PING",
        '"ping"',
        "{}",
        "[]",
        "null",
        "1",
        "",
        " ",
        '{"type":"ping"}',
        '{"event":"heartbeat"}',
        '{"action":"heartbeat"}',
        '{"op":"ping","ts":1}',
        '{"action":"pong"}',
      ]
    ) script.raw(raw)
    const reduced = reduce(script)
    expect(since(reduced, events)).toEqual([])
    expect(live(script)).toEqual(everything)
    expect(counts(reduced.state)).toMatchObject({ unknown: 0, quarantined: 0 })
  })
})
