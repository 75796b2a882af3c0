/** What the parts of this command find wrong with their options: all that a run would refuse, at its own key. */
import { loadPipeline, renderProblems } from "@boltodds/config"
import * as Effect from "effect/Effect"
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { cert } from "@boltodds/testing/certificate"
import { makeRegistry } from "../src/registry.ts"

const registry = await makeRegistry({ endsWhen: () => {} })

/** `line:column: message` of each mistake or, where there is none, of each warning. */
const foundIn = async (
  lines: ReadonlyArray<string>,
  { folder = mkdtempSync(join(tmpdir(), "boltodds-parts-")), env = {} }: {
    readonly folder?: string
    readonly env?: { readonly [name: string]: string }
  } = {},
): Promise<ReadonlyArray<string>> => {
  const text = ["version: 1", ...lines, ""].join("\n")
  const problems = await Effect.runPromise(Effect.match(
    loadPipeline(text, { file: join(folder, "pipeline.yaml"), registry, env }),
    { onSuccess: ({ warnings }) => warnings, onFailure: (errors) => errors.problems },
  ))
  return renderProblems("", problems).split("\n").filter((line) => /^:\d+:\d+: /.test(line)).map((line) =>
    line.slice(1)
  )
}

describe("the parts of a configuration", () => {
  it("report all their mistakes together, each at its own key", async () => {
    const folder = mkdtempSync(join(tmpdir(), "boltodds-parts-"))
    symlinkSync(".", join(folder, "here"))
    expect(
      await foundIn([
        "source: { simulator: { faults: 'mut, garbage share=2', cut_after: 5 } }",
        "sinks:",
        "  hook:",
        "    webhook:",
        "      url: http://example.com/",
        "      secret: nope",
        "      previous_secrets: [bad]",
        "      headers: { bad name: v, host: x }",
        "      max_body_bytes: 10",
        "      ca: c.pem",
        "  talk: { webhook: { url: 'https://discord.com/api/webhooks/1/x', format: standard, unsigned: true } }",
        "  log: { file: { path: log.ndjson } }",
        "  again: { file: { path: sub/../log.ndjson } }",
        "  kept: { stdout: {}, lane: { store: { outbox: { path: o.sqlite } } } }",
        "  too: { stdout: {}, lane: { store: { outbox: { path: ./o.sqlite } } } }",
        "  linked: { file: { path: here/log.ndjson } }",
        "  any: { file: { path: 'odds/{sport}.ndjson' } }",
        "  nba: { file: { path: 'odds/NBA.ndjson' } }",
        "  zipped: { file: { path: 'odds/NBA.ndjson', compress: gzip } }",
        "  dated: { file: { path: 'odds/{yyyy}-{MM}/{dd}.ndjson' } }",
      ], { folder }),
    ).toEqual([
      expect.stringMatching(/^2:32: Cannot use these faults: there is no fault mut; did you mean mute.*garbage share/),
      expect.stringMatching(/^2:67: Cannot use `cut_after`/),
      "6:12: Cannot use `url`: http:// to example.com can be read on the way",
      "7:15: Cannot use `secret`: secret must start with whsec_, followed by base64",
      "8:26: Cannot use `previous_secrets.0`: previous_secrets[0] must start with whsec_, followed by base64",
      "9:18: Cannot use `headers.***`: this header's name is not one that HTTP can carry",
      "9:31: Cannot use `headers.host`: the header host is not to be set",
      "10:23: Cannot use `max_body_bytes`: max_body_bytes must be 1024 or more",
      "11:11: Cannot use `ca`: ca: expected certificates (PEM), found a text without one",
      "12:75: Cannot use `format`: format standard does not fit the host of url: Discord takes discord only",
      "14:26: Cannot write this file: `log` (line 13) writes it already",
      "16:55: Cannot write this file: `kept` (line 15) writes it already",
      "17:27: Cannot write this file: `log` (line 13) writes it already",
      "19:24: Cannot write files of this path: one of them may be a file that `any` (line 18) writes",
    ])
  })

  it.each<[string, string, string]>([
    [
      "an address that shows the key on the way",
      "feed: { url: 'ws://feed.example.com/api' }",
      "2:24: Cannot use ws:// to feed.example.com: the key would be sent unencrypted",
    ],
    [
      "the vendor's host without its path",
      "feed: { url: 'wss://spro.agency/' }",
      '2:24: Cannot find the feed at the path "/" of spro.agency: its path is /api',
    ],
    ["two keys", "feed: { key: k, key_file: k.txt }", "2:27: Cannot use `key_file` together with `key`"],
    ["a file without a key", "feed: { key_file: k.txt }", "2:29: Cannot read the key: the file k.txt:"],
    ["a key that is two", "feed: { key: a b }", "2:24: Cannot read the key: the key given contains"],
    [
      "more sessions than names",
      "feed: { sessions: 3, sportsbooks: [draftkings] }",
      "2:29: Cannot divide 1 sportsbook over 3 sessions",
    ],
    ["one session, divided", "feed: { shard_by: sport }", "2:19: Cannot use `shard_by` without `sessions`"],
    [
      "a recording that is not there",
      "replay: { file: [a.ndjson] }",
      "2:28: Cannot read the recording: there is no such",
    ],
    ["no recording", "replay: { file: [] }", "2:27: Cannot use `file`: expected at least one recording; got none"],
    ["a folder as a recording", "replay: { file: . }", "2:27: Cannot read the recording: it is a folder"],
  ])("find in a source %s, as a run would", async (_, source, mistake) => {
    const found = await foundIn([`source: { ${source} }`, "sinks: { a: stdout }"])
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(mistake)
  })

  it("say what is wrong with a path that a variable brings, and not what it holds", async () => {
    const sinks = ["a", "b", "c"].map((name) => `${name}: { file: { path: '\${${name}}' } }`).join(", ")
    expect(
      await foundIn(["source: simulator", `sinks: { ${sinks} }`], { env: { a: "s3cret\n", b: "", c: "s3cret/" } }),
    ).toEqual([
      "3:29: Cannot use `path`: it holds a control character",
      "3:60: Cannot use `path`: it names a folder",
      "3:91: Cannot use `path`: it names a folder",
    ])
  })

  it("warn of a key that is nowhere to be found", async () => {
    const feed = ["source: feed", "sinks: { a: stdout }"]
    expect(await foundIn(feed)).toEqual(["2:1: There is no key: BOLTODDS_API_KEY is not set, and a run needs it"])
    expect(await foundIn(feed, { env: { BOLTODDS_API_KEY: "k" } })).toEqual([])
  })

  it("take a certificate from a file or a variable, and say where a file has none", async () => {
    const folder = mkdtempSync(join(tmpdir(), "boltodds-parts-"))
    const hooks = [
      "source: simulator",
      "sinks:",
      "  a: { webhook: { url: '${A}', unsigned: true, ca: { file: ca.pem } } }",
      "  b: { webhook: { url: '${A}', unsigned: true, ca: { env: CA } } }",
    ]
    writeFileSync(join(folder, "ca.pem"), "not one")
    expect(await foundIn(hooks, { folder, env: { A: "https://a.example/" } })).toEqual([
      "4:52: Cannot use `ca`: ca: expected certificates (PEM), found a text without one",
      "5:52: Cannot read this text: the variable CA is not set",
    ])
    writeFileSync(join(folder, "ca.pem"), cert)
    expect(await foundIn(hooks, { folder, env: { A: "https://a.example/", CA: `${cert}\n` } })).toEqual([])
  })
})

it("refuse a list of sportsbooks to bet at that is empty: no price would ever count", async () => {
  const sink = "sinks: { out: { stdout: {}, emit: { best: { bet_at: [] } } } }"
  expect(await foundIn(["source: { simulator: {} }", sink])).toEqual([expect.stringMatching(/bet_at/)])
})
