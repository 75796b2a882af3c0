import { refuse, type Simulator, startSimulator } from "@boltodds/simulator"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { runPipe } from "@boltodds/testing/PipeProcess"

const key = "sk-catalog-1a2b3c"
let simulator: Simulator
let env: Record<string, string>

beforeAll(async () => {
  const world = { games: 8, sports: ["NBA", "MLB"], sportsbooks: ["draftkings", "fanduel"] }
  simulator = await startSimulator({ key, rate: 0, world })
  env = { BOLTODDS_URL: simulator.url, BOLTODDS_API_KEY: key }
})
afterAll(() => simulator.stop())

/** What the server itself answers. */
const ask = async (path: string): Promise<Record<string, unknown>> => {
  const answer = await fetch(`${simulator.restUrl}/${path}${path.includes("?") ? "&" : "?"}key=${key}`)
  return await answer.json() as Record<string, unknown>
}

const lines = (text: string): ReadonlyArray<string> => text.trimEnd().split("\n")

describe("catalog", () => {
  it("lists sports and sportsbooks, one a line, as the server has them", async () => {
    const { sports, sportsbooks } = await ask("get_info")
    const listed = await runPipe(["catalog", "sports"], { env })
    expect(listed).toMatchObject({ code: 0, stderr: "" })
    expect(lines(listed.stdout)).toEqual(sports)
    expect(lines((await runPipe(["catalog", "books"], { env })).stdout)).toEqual(sportsbooks)
  })

  it("lists the keys of games, of one sport where asked, and all that is known with --json", async () => {
    const games = Object.entries(await ask("get_games")) as Array<[string, { readonly sport: string }]>
    const all = await runPipe(["catalog", "games"], { env })
    expect(lines(all.stdout)).toEqual(games.map(([name]) => name))
    const nba = games.filter(([, { sport }]) => sport === "NBA").map(([name]) => name)
    expect(nba.length).toBeGreaterThan(0)
    const json = await runPipe(["catalog", "games", "--sport", "NBA", "--json"], { env })
    const objects = lines(json.stdout).map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(objects.map(({ game }) => game)).toEqual(nba)
    expect(Object.keys(objects[0]!)).toEqual(["game", "sport", "when", "universal_id", "orig_teams"])
  })

  it("lists markets once by name, with --json for each sportsbook and sport", async () => {
    const names = lines((await runPipe(["catalog", "markets", "--sport", "NBA"], { env })).stdout)
    expect(names).toContain("Moneyline")
    expect(new Set(names).size).toBe(names.length)
    const json = lines((await runPipe(["catalog", "markets", "--sport", "NBA", "--json"], { env })).stdout)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const moneylines = json.filter(({ market }) => market === "Moneyline")
    expect(moneylines.map(({ sportsbook }) => sportsbook).toSorted()).toEqual(["draftkings", "fanduel"])
  })

  it("says what is wrong with a call, with 64", async () => {
    const says = async (...args: ReadonlyArray<string>): Promise<string> => {
      const { code, stdout, stderr } = await runPipe(["catalog", ...args], { env })
      expect([code, stdout]).toEqual([64, ""])
      expect(stderr).toContain("Try: boltodds-pipe catalog --help")
      return stderr
    }
    expect(await says()).toContain("write one of sports, sportsbooks, games, markets after catalog")
    expect(await says("sprots")).toContain('got "sprots". Did you mean "sports"?')
    expect(await says("books", "--sport", "NBA")).toContain("Cannot use --sport here: it is for games and markets")
  })

  it("ends with 77 for a refused key and 69 for a server that fails, the key in neither", async () => {
    const wrong = "sk-wrong-5f6e7d"
    const refused = await runPipe(["catalog", "sports"], { env: { ...env, BOLTODDS_API_KEY: wrong } })
    expect(refused.code).toBe(77)
    expect(refused.stdout + refused.stderr).not.toContain(wrong)
    const mend = simulator.behave(refuse(500, { body: `broken for ${key}` }))
    const failing = await runPipe(["catalog", "sports"], { env })
    mend()
    expect(failing.code).toBe(69)
    expect(failing.stdout + failing.stderr).not.toContain(key)
  })
})
