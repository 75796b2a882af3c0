/** The key of the environment belongs to a host, and to this program alone. */
import { startSimulator } from "@boltodds/simulator"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { farFeed } from "./farFeed.ts"
import { PipelineFolder } from "./pipelineFolder.ts"
import { runPipe } from "./PipeProcess.ts"

const key = "sk-belongs-9d9d9d9d"
const host = "feed.example:8443"
const sinks = "sinks: { screen: { stdout: {} } }"
const sentence =
  `Cannot send the key of BOLTODDS_API_KEY to ${host}: it belongs to spro.agency, and only a file names this host`

const check = (source: string, env: Readonly<Record<string, string>> = {}) =>
  runPipe(["check", new PipelineFolder(`source: { feed: { ${source} } }`, sinks).file], {
    env: { BOLTODDS_API_KEY: key, ...env },
  })

describe("the key of the environment", { concurrent: true }, () => {
  it.each([
    ["without a key of its own", `url: 'wss://${host}/api'`],
    ["by the same variable", `url: 'wss://${host}/api', key: { env: BOLTODDS_API_KEY }`],
    ["by the same variable in a text", `url: 'wss://${host}/api', key: '\${BOLTODDS_API_KEY}'`],
    ["in a filter beside a key of its own", `url: 'wss://${host}/api', key: other, sports: ['\${BOLTODDS_API_KEY}']`],
    ["in the address", `url: 'wss://${host}/api?x=\${BOLTODDS_API_KEY}', key: other`],
    ["in capitals", `url: 'wss://FEED.example:8443/api'`],
  ])("is not sent to a host that only a file names, %s", async (_, source) => {
    const { code, stderr } = await check(source)
    expect(code).toBe(78)
    expect(stderr).toContain(sentence)
    expect(stderr).toContain(`→ set BOLTODDS_API_KEY_HOST=${host} if you trust it`)
  })

  it.each([
    ["the address of a webhook", "webhook: { url: 'https://x.example/?v=${BOLTODDS_API_KEY}', unsigned: true }"],
    [
      "a header of it",
      "webhook: { url: 'https://x.example/', unsigned: true, headers: { a: { env: BOLTODDS_API_KEY } } }",
    ],
    ["a record", "stdout: {}, emit: changes, processors: [{ map: { key: '\"${BOLTODDS_API_KEY}\"' } }]"],
    ["the name of a file", "file: { path: '${BOLTODDS_API_KEY}.ndjson' }"],
  ])("does not go into %s", async (_, sink) => {
    const folder = new PipelineFolder("source: simulator", `sinks: { a: { ${sink} } }`)
    const { code, stderr } = await runPipe(["check", folder.file], { env: { BOLTODDS_API_KEY: key } })
    expect(code).toBe(78)
    expect(stderr).toContain("Cannot use the variable BOLTODDS_API_KEY here: it is for `source` alone")
  })

  it("is not sent by a run either", async () => {
    const server = await startSimulator({ key, allowHosts: ["feed.example"] })
    const far = await farFeed(server.url)
    const url = far.env["BOLTODDS_URL"]!
    const folder = new PipelineFolder(`source: { feed: { url: '${url}', insecure: true } }`, sinks)
    const proxy = { HTTP_PROXY: far.env["HTTP_PROXY"]!, BOLTODDS_API_KEY: key }
    const refused = await runPipe(["run", folder.file], { env: proxy })
    expect(refused.code).toBe(78)
    expect(refused.stderr).toContain(`Cannot send the key of BOLTODDS_API_KEY to ${far.host}`)
    expect(server.stats().accepted).toBe(0)
    far.stop()
    await server.stop()
  })

  it.each([
    ["the variable names it", `url: 'wss://${host}/api'`, { BOLTODDS_API_KEY_HOST: `other.example, ${host}` }],
    ["the variable names it without its port", `url: 'wss://${host}/api'`, { BOLTODDS_API_KEY_HOST: "feed.example" }],
    ["BOLTODDS_URL is there too", `url: 'wss://${host}/other'`, { BOLTODDS_URL: `wss://${host}/api` }],
    ["the file names another key", `url: 'wss://${host}/api', key: { env: RELAY_KEY }`, {
      RELAY_KEY: "sk-relay-1a1a1a",
    }],
    ["it is this machine", "url: 'ws://127.0.0.1:8765/api'", {}],
    ["it is the vendor's", "url: 'wss://spro.agency/api'", {}],
  ])("may be sent where %s", async (_, source, env) => {
    const { code, stderr } = await check(source, env as Readonly<Record<string, string>>)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  })

  it("is not in the environment of plug-ins", async () => {
    const spy = fileURLToPath(new URL("fixtures/spySink.ts", import.meta.url))
    const folder = new PipelineFolder(
      `plugins: ["${spy}"]`,
      "source: { simulator: { rate: 50 } }",
      "sinks: { spy: { spy: {}, emit: changes } }",
      "run: { count: 1 }",
    )
    const { code, stderr } = await runPipe(["run", folder.file], {
      env: { BOLTODDS_API_KEY: key, SPY_FILE: folder.at("seen"), NODE_OPTIONS: "--conditions=@boltodds/source" },
    })
    expect(code, stderr).toBe(0)
    const seen = folder.lines("seen")
    expect(seen).toHaveLength(3)
    for (const environment of seen) {
      expect(environment).toContain("XDG_STATE_HOME")
      expect(environment).not.toContain(key)
    }
  })
})
