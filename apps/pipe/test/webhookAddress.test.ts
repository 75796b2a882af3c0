import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runPipe } from "@boltodds/testing/PipeProcess"

const token = "T0KENabc0123def4567"
const address = `https://127.0.0.1:9/hooks/${token}`
const outside = `https://chat.invalid/hooks/${token}`
const file = join(mkdtempSync(join(tmpdir(), "boltodds-hook-")), "hook-url")
writeFileSync(file, `${address}\n`)

const demo = (sink: string, env: Readonly<Record<string, string>> = {}) =>
  runPipe(["demo", "--count", "1", "--no-cut", "--sink", "stdout", "--sink", sink, "--log-format", "human"], { env })

describe("the address of a webhook on the command line", { concurrent: true }, () => {
  it("is a warning, and shown nowhere", async () => {
    const { stdout, stderr } = await demo(`webhook:${outside}`)
    expect(stderr).toMatch(
      /warning the address of a webhook was given with --sink: .* use webhook:@FILE or webhook:env:NAME/,
    )
    expect(stdout + stderr).not.toContain(token)
  })

  it.each([["in a file", `webhook:@${file}`], ["in a variable", "webhook:env:HOOK_URL"]])(
    "is used without one where it is %s",
    async (_, sink) => {
      const { stdout, stderr } = await demo(sink, { HOOK_URL: address })
      expect(stderr).not.toContain("given with --sink")
      // It was read: what it names is refused, or not reached.
      expect(stderr).toContain("127.0.0.1")
      expect(stdout + stderr).not.toContain(token)
    },
  )

  it.each([
    ["webhook:env:HOOK_ULR", 64, "Cannot use --sink webhook:env:HOOK_ULR: the variable is not set, or empty"],
    [`webhook:env:${outside}`, 64, "Cannot use --sink webhook:env: expected the name of a variable such as HOOK_URL"],
    ["webhook:@/does/not/exist", 78, "Cannot read the webhook address in /does/not/exist: there is no such file"],
    [`webhok:${outside}`, 64, "Cannot use --sink: expected stdout, file:PATH, webhook:URL, webhook:@FILE"],
    [outside, 64, "Cannot use --sink: expected stdout, file:PATH, webhook:URL, webhook:@FILE"],
  ])("is refused for %s", async (sink, code, says) => {
    const ended = await demo(sink)
    expect(ended.stderr).toContain(says)
    expect(ended.code).toBe(code)
    expect(ended.stderr).not.toContain(token)
  })
})
