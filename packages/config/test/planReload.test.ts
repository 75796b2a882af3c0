import { planReload } from "@boltodds/config"
import { describe, expect, it } from "vitest"
import { pipelineOf } from "./fixtures/load.ts"

const document = (source: string, sinks: string, rest = ""): string =>
  `version: 1\nsource: ${source}\nsinks: ${sinks}\n${rest}`

const between = async (before: string, after: string, env: readonly [string, string] = ["", ""]) => {
  const plan = planReload(
    await pipelineOf(before, { env: { TOKEN: env[0] } }),
    await pipelineOf(after, { env: { TOKEN: env[1] } }),
  )
  return { ...plan, told: plan.steps.map(({ sentence, needsRestart }) => `${needsRestart ? "! " : ""}${sentence}`) }
}

const nba = "{ feed: { sports: [NBA] } }"

describe("a changed configuration", () => {
  it("is nothing to do where only its text changed", async () => {
    const plan = await between(
      document(nba, "{ a: stdout }"),
      document("\n  feed:\n    sports:\n      - NBA", "{ a: { stdout: {} } }"),
    )
    expect(plan.steps).toEqual([])
    expect(plan.needsRestart).toBe(false)
  })

  it("takes new filters, and sinks that come, go and change, without a restart", async () => {
    const before = document(nba, "{ a: stdout, b: { file: { path: x }, emit: changes }, c: stdout }")
    const after = document(
      "{ feed: { sports: [NBA, NHL], sportsbooks: [draftkings] } }",
      "{ a: stdout, b: { file: { path: y }, emit: changes, where: 'odds > 100' }, d: { stdout: {}, emit: changes } }",
    )
    const plan = await between(before, after)
    expect(plan.told).toEqual([
      "The source takes new sports, sportsbooks while it runs",
      "The sink b is replaced, as its file, where changed",
      "The sink d is added",
      "The sink c is removed: it is drained and closed",
    ])
    expect(plan.needsRestart).toBe(false)
    expect(plan.sourceOptions).toEqual({ sports: ["NBA", "NHL"], sportsbooks: ["draftkings"] })
    expect(plan.steps.map(({ kind, sink, keys }) => [kind, sink, keys])).toEqual([
      ["source_options", undefined, ["sports", "sportsbooks"]],
      ["sink_changed", "b", ["file", "where"]],
      ["sink_added", "d", []],
      ["sink_removed", "c", []],
    ])
  })

  it("needs a restart for another source, another address, the run, and modules", async () => {
    const sinks = "{ a: stdout }"
    expect((await between(document(nba, sinks), document("demo", sinks))).told).toEqual([
      "! The source is demo instead of feed: this needs a restart",
    ])
    const other = document("{ feed: { sports: [NHL], url: wss://x } }", sinks)
    expect((await between(document(nba, sinks), other)).told).toEqual([
      "! The source has other url: this needs a restart",
    ])
    const run = await between(document(nba, sinks), document(nba, sinks, "run: { count: 5 }"))
    expect(run.told).toEqual(["! The run has other count: this needs a restart"])
  })

  it("needs a restart where a sink wants to know more of the feed than is kept", async () => {
    const plan = await between(
      document(nba, "{ a: { stdout: {}, emit: messages } }"),
      document(nba, "{ a: { stdout: {}, emit: messages }, b: { stdout: {}, emit: changes } }"),
    )
    // Beside another sink the first one no longer blocks.
    expect(plan.told).toEqual([
      "The sink a is replaced, as its lane is another beside other sinks",
      "! The sink b is added: `changes` needs to know more of the feed than is kept, so this needs a restart",
    ])
  })

  it("notices a secret and a variable that changed, and shows neither", async () => {
    const text = document(nba, "{ a: { webhook: { url: 'https://x/${TOKEN}', secret: { env: TOKEN } } } }")
    const plan = await between(text, text, ["hunter22", "hunter33"])
    expect(plan.told).toEqual(["The sink a is replaced, as its webhook changed"])
    expect(JSON.stringify(plan)).not.toContain("hunter")
  })
})
