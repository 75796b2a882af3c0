/** What `check` says of a file that somebody else wrote. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { makeContactLog } from "../src/configuration/manifestText.ts"
import { PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"

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

  it("names the variables that go to the feed in its address and its filters, and one for the address", async () => {
    const folder = new PipelineFolder(
      "source:",
      "  feed:",
      "    url: 'wss://relay.example/${RELAY_PATH}?v=${SOME_CREDENTIAL}'",
      "    key: { env: RELAY_KEY }",
      "    sports: [NBA, '${SPORT}']",
      "    max_attempts: '${ATTEMPTS}'",
      "sinks: { screen: { stdout: {} } }",
    )
    const named = {
      ...env,
      RELAY_PATH: "path-1c1c1c",
      RELAY_KEY: "sk-relay-8e8e8e",
      SPORT: "sport-2d2d2d",
      ATTEMPTS: "3",
    }
    const { stdout, stderr } = await runPipe(["check", folder.file], { env: named })
    expect(stdout.split("\n").slice(1, -1), stderr).toEqual([
      "  contacts  relay.example (source), with key from RELAY_KEY, url from RELAY_PATH, url from SOME_CREDENTIAL, " +
      "sports.1 from SPORT",
      "  reads     the variable RELAY_KEY",
      "  reads     the variable RELAY_PATH",
      "  reads     the variable SOME_CREDENTIAL",
      "  reads     the variable SPORT",
      "  reads     the variable ATTEMPTS",
    ])
    folder.write("source: feed", "sinks: { screen: { stdout: {} } }")
    const other = await runPipe(["check", folder.file], { env: { ...env, BOLTODDS_URL: "wss://relay.example/api" } })
    expect(other.stdout.split("\n").slice(1, -1), other.stderr).toEqual([
      "  contacts  relay.example (source), with key from BOLTODDS_API_KEY",
      "  reads     the variable BOLTODDS_API_KEY (source)",
      "  reads     the variable BOLTODDS_URL (source)",
    ])
  })

  it("names the variables that processors write into what a host is sent, also by a sink that takes over", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      "sinks:",
      "  hook:",
      "    webhook: { url: 'https://hooks.example.com/', unsigned: true }",
      "    emit: changes",
      "    where: 'game != \"${GAME}\"'",
      "    processors: [{ map: { change: change, note: '\"${SOME_CREDENTIAL}\"' } }]",
      "    fallback: other",
      "  other: { webhook: { url: 'https://other.example/', unsigned: true } }",
    )
    const { stdout, stderr } = await runPipe(["check", folder.file], { env: { ...env, GAME: "A vs B" } })
    const note = "processors.0.map.note from SOME_CREDENTIAL"
    expect(stdout.split("\n").slice(1, -1), stderr).toEqual([
      `  contacts  hooks.example.com (hook), with url from this file, ${note}`,
      `  contacts  other.example (other), with url from this file, ${note}`,
      "  reads     the variable GAME",
      "  reads     the variable SOME_CREDENTIAL",
    ])
    expect(stdout + stderr).not.toContain(env.SOME_CREDENTIAL)
  })

  it("is empty where nothing is touched, and names a recording that is read", async () => {
    const nothing = new PipelineFolder("source: simulator", "sinks: { screen: { stdout: {} } }")
    expect((await runPipe(["check", nothing.file])).stdout).toBe(`${nothing.file}: OK, 1 sink\n`)
    const replay = new PipelineFolder("source: { replay: { file: day.ndjson } }", "sinks: { screen: { stdout: {} } }")
    writeFileSync(replay.at("day.ndjson"), "")
    expect((await runPipe(["check", replay.file])).stdout).toContain("  reads     day.ndjson (source)\n")
  })
})

describe("a run", { concurrent: true }, () => {
  const hook = (name: string, port: string): string =>
    `  ${name}: { webhook: { url: 'http://127.0.0.1:${port}/\${HOOK_PATH}', unsigned: true, allow_private: true }, emit: changes }`

  it("says at its start which hosts it contacts and with which secrets, and of a reload what is new", async () => {
    const source = "source: { simulator: { seed: 7, rate: 50 } }"
    const sinks = ["sinks:", "  screen: { stdout: {}, emit: changes }", hook("one", "9")]
    const folder = new PipelineFolder(source, ...sinks)
    const pipe = new PipeProcess(["run", folder.file], { env })
    await pipe.until(({ stdout }) => stdout.includes('"line_moved"'))
    const said = "contacts 127.0.0.1:9 (one), with url from HOOK_PATH"
    expect(pipe.stderr.split(said)).toHaveLength(2)
    folder.write(source, ...sinks, hook("two", "19"))
    pipe.kill("SIGHUP")
    await pipe.until(({ stderr }) => stderr.includes("reload: The sink two is added"))
    pipe.kill("SIGKILL")
    await pipe.ended
    expect(pipe.stderr.split(said)).toHaveLength(2)
    expect(pipe.stderr.split("contacts 127.0.0.1:19 (two), with url from HOOK_PATH")).toHaveLength(2)
    expect(pipe.stderr).not.toContain(env.HOOK_PATH)
  })

  it("counts the hosts beyond five, and says nothing where it contacts none", async () => {
    const logged: Array<string> = []
    const logContacts = makeContactLog({ log: (level, message) => void logged.push(`${level}: ${message}`) })
    const manifest = Array.from(
      { length: 7 },
      (_, n) => ({ kind: "contacts", what: `${n}.example`, part: "a" }) as const,
    )
    logContacts({ manifest: [{ kind: "reads", what: "the variable A" }] })
    expect(logged).toEqual([])
    logContacts({ manifest })
    expect(logged.slice(4)).toEqual([
      "info: contacts 4.example (a)",
      "info: contacts 2 more hosts: boltodds-pipe check names all",
    ])
  })
})
