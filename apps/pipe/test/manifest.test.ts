/** What `check` says of a file that somebody else wrote. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { PipelineFolder } from "./pipelineFolder.ts"
import { runPipe } from "./PipeProcess.ts"

const secret = "whsec_dGhpcyBpcyBhIHNlY3JldCBvZiB0aGUgdGVzdCE="
const env = {
  BOLTODDS_API_KEY: "sk-manifest-5b5b5b",
  HOOK_PATH: "T0KEN-of-the-hook",
  HOOK_SECRET: secret,
  SOME_CREDENTIAL: "aws-SECRET-1",
}

describe("the manifest of a configuration", { concurrent: true }, () => {
  it("names every host and what goes there, every variable, file and module, and no secret", async () => {
    const spy = fileURLToPath(new URL("fixtures/spySink.ts", import.meta.url))
    const folder = new PipelineFolder(
      `plugins: ["${spy}"]`,
      "source: { feed: { sports: [NBA] } }",
      "sinks:",
      "  hook:",
      "    webhook:",
      "      url: 'https://hooks.example.com/${HOOK_PATH}?v=${SOME_CREDENTIAL}'",
      "      secret: { env: HOOK_SECRET }",
      "      headers: { x-file: { file: header.txt } }",
      "    lane: { store: outbox }",
      "  log: { file: { path: '${OUT:-out}/{sport}.ndjson' } }",
      "  spy: { spy: {} }",
    )
    writeFileSync(folder.at("header.txt"), "a-header-of-a-file\n", { mode: 0o600 })
    const { code, stdout, stderr } = await runPipe(["check", folder.file], {
      env: { ...env, NODE_OPTIONS: "--conditions=@boltodds/source" },
    })
    expect(code, stderr).toBe(0)
    expect(stdout.split("\n").slice(1, -1)).toEqual([
      `  runs      ${spy}`,
      "  contacts  spro.agency (source), with key from BOLTODDS_API_KEY",
      "  contacts  hooks.example.com (hook), with url from HOOK_PATH, url from SOME_CREDENTIAL, " +
      "secret from HOOK_SECRET, headers.x-file from header.txt",
      "  reads     the variable BOLTODDS_API_KEY (source)",
      "  reads     the variable HOOK_PATH",
      "  reads     the variable SOME_CREDENTIAL",
      "  reads     the variable HOOK_SECRET",
      "  reads     header.txt (hook)",
      "  reads     the variable OUT",
      `  writes    ${folder.at("outbox/hook.sqlite")} (hook)`,
      "  writes    out/{sport}.ndjson (log)",
    ])
    for (const value of [...Object.values(env), "a-header-of-a-file"]) expect(stdout + stderr).not.toContain(value)
  })

  it("names the file of a key, and where a key of the file's own goes", async () => {
    const folder = new PipelineFolder(
      "source: { feed: { url: 'wss://relay.example/api', key_file: relay.key } }",
      "sinks: { screen: { stdout: {} } }",
    )
    writeFileSync(folder.at("relay.key"), "sk-relay-8e8e8e\n", { mode: 0o600 })
    const { stdout } = await runPipe(["check", folder.file], { env })
    expect(stdout.split("\n").slice(1, -1)).toEqual([
      "  contacts  relay.example (source), with key from relay.key",
      "  reads     relay.key (source)",
    ])
  })

  it("is empty where nothing is touched, and names a recording that is read", async () => {
    const nothing = new PipelineFolder("source: simulator", "sinks: { screen: { stdout: {} } }")
    expect((await runPipe(["check", nothing.file])).stdout).toBe(`${nothing.file}: OK, 1 sink\n`)
    const replay = new PipelineFolder("source: { replay: { file: day.ndjson } }", "sinks: { screen: { stdout: {} } }")
    writeFileSync(replay.at("day.ndjson"), "")
    expect((await runPipe(["check", replay.file])).stdout).toContain("  reads     day.ndjson (source)\n")
  })
})
