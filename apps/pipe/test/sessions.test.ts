import { type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import { refuse, startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { PipeProcess, recordsOf, runPipe } from "@boltodds/testing/PipeProcess"
import { priced } from "./priced.ts"

const key = "sk-sessions-1234abcd"
const mark = "{ the end"

describe.concurrent("--sessions", () => {
  it("divides the feed by sport among so many connections, whose book is whole", async () => {
    const server = await startSimulator({ key, rate: 300, limits: true, world: { games: 12 } })
    const pipe = new PipeProcess(["--sessions", "3", "--shard-by", "sport", "--emit", "changes"], {
      env: { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key },
    })
    await server.waitFor((stats) => stats.subscribed === 3 && stats.messagesSent > 1000)
    server.pause()
    await server.drained()
    server.pushFrame(mark)
    await pipe.until(({ stdout }) => stdout.split('"quarantined"').length > 3)
    pipe.kill("SIGTERM")
    const { code, stdout, stderr } = await pipe.ended
    expect(code).toBe(0)
    const records = recordsOf(stdout) as unknown as ReadonlyArray<Change | Control>
    expect(priced(fold(emptyBook, records))).toEqual(server.book())
    expect(new Set(records.flatMap((record) => "change" in record ? [record.session] : []))).toEqual(
      new Set(["feed-1", "feed-2", "feed-3"]),
    )
    const asked = server.stats().subscribes.map(({ filters }) => filters.sports!)
    expect(new Set(asked.flat()).size).toBe(asked.flat().length)
    for (const name of ["feed-1", "feed-2", "feed-3"]) expect(stderr).toContain(`(${name})`)
    await server.stop()
  })

  it("divides the given sportsbooks by default, and reads the catalog only to check their names", async () => {
    const server = await startSimulator({ key, rate: 300, world: { games: 4 } })
    const { code } = await runPipe(
      ["--sessions", "2", "--book", "betmgm", "--book", "fanduel", "--count", "20"],
      { env: { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key } },
    )
    expect(code).toBe(0)
    expect(
      server.stats().subscribes.map(({ filters }) => filters).sort((a, b) =>
        JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
      ),
    )
      .toEqual([{ sportsbooks: ["betmgm"] }, { sportsbooks: ["fanduel"] }])
    await server.stop()
  })

  it("is refused where a session would get nothing, or where nothing is divided", async () => {
    const server = await startSimulator({ key, rate: 0, world: { games: 1 } })
    const env = { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key }
    const few = await runPipe(["--sessions", "3", "--shard-by", "sport", "--sport", "NBA", "--sport", "MLB"], { env })
    expect([few.code, few.stdout]).toEqual([64, ""])
    expect(few.stderr).toContain("Cannot divide 2 sports over 3 sessions: `feed-3` would get none")
    const none = await runPipe(["--shard-by", "sport"], { env })
    expect([none.code, none.stdout]).toEqual([64, ""])
    expect(none.stderr).toContain("Cannot use --shard-by without --sessions N")
    expect(server.stats().dials).toEqual([])
    await server.stop()
  })

  it("ends with 69 if the catalog does not list the names to divide", async () => {
    const server = await startSimulator({ key, rate: 0, world: { games: 1 } })
    server.behave(refuse(500))
    const { code, stdout, stderr } = await runPipe(["--sessions", "2"], {
      env: { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key },
    })
    expect([code, stdout]).toEqual([69, ""])
    expect(stderr).toContain("Cannot divide the feed without its names")
    expect(stderr).toContain("list them with --sport or --sportsbook")
    await server.stop()
  })

  it("says in its help that the plan must allow it", async () => {
    expect((await runPipe(["--help"])).stdout.replaceAll(/\s+/g, " ")).toContain("The plan must allow as many (Pro: 3)")
  })
})
