/** boltodds.py with its own tests, and against a server of the command. */
import { PipeProcess } from "@boltodds/testing/PipeProcess"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const python = process.env["PYTHON"] ?? "python3"
const folder = fileURLToPath(new URL(".", import.meta.url))
const hasPython = spawnSync(python, ["--version"]).status === 0

describe.runIf(hasPython)("boltodds.py", () => {
  it("passes its own tests, with the cases for other languages among them", () => {
    const { status, stderr } = spawnSync(python, [
      "-W",
      "error",
      "-m",
      "unittest",
      "discover",
      "--start-directory",
      folder,
    ], {
      encoding: "utf8",
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", no_proxy: "*" },
    })
    expect([status, stderr.split("\n").at(-2)]).toEqual([0, "OK"])
    expect(stderr).toMatch(/^Ran 1\d tests/m)
  })

  it("reads a server: the book of its stream, gap included, is that of one snapshot", async () => {
    const server = new PipeProcess([
      "demo",
      "--listen",
      "0",
      "--rate",
      "300",
      "--cut-after",
      "2s",
      "--log-level",
      "info",
    ], {
      read: false,
    })
    await server.until(({ stderr }) => /http:\/\/127\.0\.0\.1:\d+/.test(stderr))
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(server.stderr)![0]
    const program = join(temporaryFolder(), "follow.py")
    writeFileSync(
      program,
      `
import json, sys, boltodds
book, gaps, most = boltodds.Book(), [], 0
for group in boltodds.groups(boltodds.read_stream("${address}/v1/stream")):
    book.fold(group)
    live = sum(1 for _ in book.actionable())
    kinds = [record.get("control") for record in group]
    if "gap_opened" in kinds:
        gaps.append(live)
    most = max(most, live)
    if "gap_closed" in kinds:
        print(json.dumps({"gaps": gaps, "most": most, "live": live, "games": len(book.games), "verified": all(game["verified"] for game in book.games.values())}))
        break
`,
    )
    const reader = new PipeProcess([program], {
      words: [python],
      env: { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1", no_proxy: "*" },
    })
    const { code, stdout, stderr } = await reader.ended
    expect([code, stderr]).toEqual([0, ""])
    const found = JSON.parse(stdout)
    expect(found).toMatchObject({ gaps: [0], verified: true })
    expect(found.live).toBeGreaterThan(100)
    expect(found.games).toBeGreaterThan(5)
    await server.stop()
  })

  it("reads what the command prints", async () => {
    const printed = new PipeProcess(["demo", "--count", "300", "--log-level", "none"])
    const { stdout } = await printed.ended
    const { status, stdout: lines, stderr } = spawnSync(python, [join(folder, "boltodds.py"), "-"], {
      input: stdout,
      encoding: "utf8",
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    })
    expect([status, stderr]).toEqual([0, ""])
    expect(lines.split("\n").length).toBeGreaterThan(100)
    expect(lines.split("\n")[0]).toMatch(/^\w+: .+: .+ None -> -?\d+$/)
  })
})
