import { startSimulator } from "@boltodds/simulator"
import type { FeedMessage } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { PipeProcess, recordsOf, runPipe } from "@boltodds/testing/PipeProcess"

/** Streams changes of a simulated feed that says something nobody knows about one of its games, until that is counted. */
const streamWith = async (flags: ReadonlyArray<string>, until: string): Promise<{ stdout: string; stderr: string }> => {
  const server = await startSimulator({ rate: 0, key: "sk-ignore-4e4e4e" })
  const env = { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: "sk-ignore-4e4e4e" }
  const pipe = new PipeProcess(["--emit", "changes", "--report", ...flags], { env })
  await pipe.until(({ stdout }) => stdout.includes('"line_opened"'))
  const { data } = server.snapshot()[0]!
  server.publish([{ action: "odds_update", data } as unknown as FeedMessage])
  if (until !== "") await pipe.next(until)
  else await pipe.next('"control":"heartbeat"')
  pipe.kill("SIGTERM")
  const ended = await pipe.ended
  await server.stop()
  return ended
}

describe("an action that the command does not know", () => {
  it("is a warning that names the flag, a record, and a line of the report", async () => {
    const { stdout, stderr } = await streamWith(["--log-format", "human"], '"control":"quarantined"')
    expect(recordsOf(stdout).find(({ control }) => control === "quarantined"))
      .toMatchObject({ action: "odds_update", touches: "game" })
    expect(stderr).toContain("If it is harmless: --ignore-action odds_update")
    expect(stderr).toContain('1 message of unknown actions; by action: "odds_update" 1')
  })

  it("is left alone where a flag says so, and said at the start and in the report", async () => {
    const { stdout, stderr } = await streamWith(["--log-format", "human", "--ignore-action", "odds_update"], "")
    expect(recordsOf(stdout).filter(({ control }) => control === "quarantined")).toEqual([])
    expect(stderr).toContain("messages of these unknown actions are ignored: odds_update")
    expect(stderr).toContain('by action: "odds_update" 1 (ignored)')
  })

  it("cannot be one that is read", async () => {
    const { code, stderr } = await runPipe(["--ignore-action", "line_update"], {
      env: { BOLTODDS_API_KEY: "sk-4e4e4e4e" },
    })
    expect(code).toBe(64)
    expect(stderr).toContain(
      'boltodds-pipe: Cannot use --ignore-action: expected an action that this program does not know; got "line_update"\n',
    )
  })
})
