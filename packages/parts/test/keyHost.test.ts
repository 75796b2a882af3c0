/** Which hosts a program without guards of its own lets a configuration send the key to. */
import { loadPipeline } from "@boltodds/config"
import { keyOf } from "@boltodds/connection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "vitest"
import { makeRegistry } from "../src/registry.ts"
import type { PartsHost } from "../src/PartsHost.ts"

const host = "feed.example:8443"
const environment = { BOLTODDS_API_KEY: "sk-belongs-7c7c7c7c" }
const refusal = "Cannot send the key of BOLTODDS_API_KEY to feed.example:8443: it belongs to spro.agency, and only a " +
  "file names this host"

const mistakesIn = async (
  source: string,
  program: PartsHost = {},
  env: Readonly<Record<string, string>> = environment,
): Promise<ReadonlyArray<string>> => {
  const registry = await makeRegistry(program)
  const text = `version: 1\nsource: { feed: { ${source} } }\nsinks: { screen: { stdout: {} } }\n`
  return await Effect.runPromise(Effect.match(loadPipeline(text, { file: "/tmp/pipeline.yaml", registry, env }), {
    onSuccess: () => [],
    onFailure: ({ problems }) => problems.map(({ message }) => message),
  }))
}

describe("a registry without options", () => {
  it.each([
    ["another host", `url: 'wss://${host}/api'`],
    ["another host, by its variable", `url: 'wss://${host}/api', key: { env: BOLTODDS_API_KEY }`],
    ["another host, in the address", `url: 'wss://${host}/api?x=\${BOLTODDS_API_KEY}', key: other`],
  ])("does not let a configuration send the key of the environment to %s", async (_, source) => {
    expect(await mistakesIn(source)).toEqual([refusal])
  })

  it.each([
    ["the vendor's host", "url: 'wss://spro.agency/api'", environment],
    ["this machine", "url: 'ws://127.0.0.1:8765/api'", environment],
    ["the host in BOLTODDS_URL", "sports: [NBA]", { ...environment, BOLTODDS_URL: `wss://${host}/api` }],
    ["the host in BOLTODDS_API_KEY_HOST", `url: 'wss://${host}/api'`, { ...environment, BOLTODDS_API_KEY_HOST: host }],
  ])("lets it go to %s", async (_, source, env) => {
    expect(await mistakesIn(source, {}, env)).toEqual([])
  })

  it("lets a key that the configuration names go where the configuration says", async () => {
    const env = { ...environment, RELAY_KEY: "sk-relay-1a1a1a" }
    expect(await mistakesIn(`url: 'wss://${host}/api', key: { env: RELAY_KEY }`, {}, env)).toEqual([])
  })
})

describe("a registry with `keyHosts`", () => {
  it.each([
    ["the host", ["feed.example"]],
    ["the host with its port", [host]],
    ["an address", [`wss://${host}/api`]],
    ["every host", "any" as const],
  ])("lets the key go to a host that is allowed by %s", async (_, keyHosts) => {
    expect(await mistakesIn(`url: 'wss://${host}/api'`, { keyHosts })).toEqual([])
  })

  it("does not let it go to another port", async () => {
    expect(await mistakesIn(`url: 'wss://${host}/api'`, { keyHosts: ["feed.example:443"] })).toEqual([refusal])
  })

  it("guards the key of the program, which is sent whatever key the configuration names", async () => {
    const key = keyOf(Redacted.make("sk-program-2b2b2b2b"))
    const source = `url: 'wss://${host}/api', key: other`
    expect(await mistakesIn(source, { key }, {})).toEqual([refusal.replace("BOLTODDS_API_KEY", "this program")])
    expect(await mistakesIn(source, { key, keyHosts: [host] }, {})).toEqual([])
  })
})
