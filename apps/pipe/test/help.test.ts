import { describe, expect, it } from "vitest"
import { runPipe, runShell } from "@boltodds/testing/PipeProcess"
import manifest from "../package.json" with { type: "json" }

const commands = [
  "demo",
  "run",
  "serve",
  "mcp",
  "alert",
  "check",
  "test",
  "catalog",
  "latency",
  "verify",
  "doctor",
  "outbox",
  "clv",
  "devig",
  "schema",
  "scrub",
  "simulate",
  "completions",
  "export",
  "import",
]

describe("--help", () => {
  it("teaches: usage, commands, flags, exit codes and examples, on stdout, within 80 columns but for examples", async () => {
    const { code, stdout, stderr } = await runPipe(["--help"])
    expect([code, stderr]).toEqual([0, ""])
    for (const part of ["Usage", "Commands", "--emit FORM", "This is not a book", "Exit codes", "Examples"]) {
      expect(stdout).toContain(part)
    }
    const [beforeExamples] = stdout.split("Examples\n")
    expect(beforeExamples!.split("\n").filter((line) => line.length > 80)).toEqual([])
  })

  it("is there for each command, also as `help COMMAND`", async () => {
    for (const name of commands) {
      const { code, stdout } = await runPipe([name, "--help"])
      expect(code).toBe(0)
      expect(stdout).toContain(`boltodds-pipe ${name}`)
      for (const flag of ["--log-level LEVEL", "-v, --verbose", "-q, --quiet", "-h, --help", "-V, --version"]) {
        expect(stdout).toContain(flag)
      }
      expect((await runPipe(["help", name])).stdout).toBe(stdout)
    }
  })

  it("names every command", async () => {
    const { stdout } = await runPipe(["--help"])
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, "m"))
  })

  it("may be cut short by its reader", async () => {
    expect(await runShell("pipe --help | head -n 1")).toMatchObject({ code: 0, stderr: "" })
  })
})

describe("--version", () => {
  it("is that of the package", async () => {
    expect(await runPipe(["--version"])).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: "" })
  })
})
