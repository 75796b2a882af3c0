/** The lease of a configuration, as it is checked. */
import { type CheckedPipeline, loadPipeline, planReload } from "@boltodds/config"
import { makeRegistry } from "@boltodds/parts"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"

const registry = await makeRegistry()
const bus = "bus: { nats: {}, emit: changes }"
const documentOf = (lease: string, sinks = bus): string =>
  ["version: 1", "source: simulator", ...lease === "" ? [] : [`lease: ${lease}`], `sinks: { ${sinks} }`, ""].join("\n")

const load = (text: string): Promise<CheckedPipeline> =>
  Effect.runPromise(loadPipeline(text, { file: "pipeline.yaml", registry, env: { PASSWORD: "secret-0815" } }))

describe("a lease in a configuration", () => {
  it("is shown with its options, and its password is not", async () => {
    const pipeline = await load(
      documentOf("{ nats: { servers: 'tls://a.example', user: me, password: { env: PASSWORD }, ttl: 5s } }"),
    )
    expect(pipeline.lease).toBe("nats")
    expect(JSON.stringify(pipeline.resolved)).not.toContain("secret-0815")
    expect(pipeline.resolved).toMatchObject({ lease: { nats: { servers: "tls://a.example", ttl: "5s" } } })
    expect(pipeline.manifest).toContainEqual({
      kind: "contacts",
      what: "a.example:4222",
      part: "lease",
      with: "password from PASSWORD",
    })
  })

  it("needs nothing but a name", async () => {
    expect((await load(documentOf("nats"))).lease).toBe("nats")
    expect((await load(documentOf(""))).lease).toBeUndefined()
  })

  it.each([
    ["redis", "Unknown lease `redis`", "leases: nats"],
    ["{ nats: { ttl: 500ms } }", "its ttl is 500 ms, and 1000 ms are the least", "write a longer ttl"],
    ["{ nats: { renew: 4s } }", "its ttl is 10000 ms, which is less than 3 times renew (4000 ms)", "a shorter renew"],
    ["{ nats: { name: 'a.b' } }", "has characters that no stream may have", "use 1 to 64 letters"],
    ["{ nats: { on_lease_unreachable: hold } }", "on_lease_unreachable", "keep"],
    ["{ nats: { servers: 'nats://a.example' } }", "nats:// to a.example can be read on the way", "use tls://"],
    ["{}", "Cannot choose a lease: none is named", "write `nats`"],
  ])("refuses %s with its place and what to do", async (lease, message, remedy) => {
    const { problems } = await Effect.runPromise(
      Effect.flip(loadPipeline(documentOf(lease), { file: "pipeline.yaml", registry })),
    )
    expect(problems).toHaveLength(1)
    expect(`${problems[0]!.message} ${problems[0]!.remedy}`).toContain(message)
    expect(`${problems[0]!.message} ${problems[0]!.remedy}`).toContain(remedy)
    expect(problems[0]!.line).toBe(3)
  })

  it("goes on from the book of a sink with changes that keeps the latest records, and from no other", async () => {
    const booksOf = async (sinks: string) =>
      (await load(documentOf("nats", sinks))).books({ run: "", log: () => {} }).map(({ sink }) => sink)
    expect(await booksOf(bus)).toEqual(["bus"])
    expect(await booksOf("out: { stdout: {}, emit: changes }")).toEqual([])
    expect(await booksOf("raw: { nats: {}, emit: messages }")).toEqual([])
    expect(await booksOf("some: { nats: {}, emit: changes, processors: [{ pick: [odds] }] }")).toEqual([])
    expect(await booksOf(`raw: { nats: { name: raw }, emit: messages }, ${bus}`)).toEqual(["bus"])
  })

  it("is changed by a restart only", async () => {
    const plan = planReload(await load(documentOf("nats")), await load(documentOf("{ nats: { ttl: 20s } }")))
    expect(plan).toMatchObject({ needsRestart: true, steps: [{ kind: "lease" }] })
    const same = planReload(await load(documentOf("nats")), await load(documentOf("nats")))
    expect(same.steps).toEqual([])
  })
})
