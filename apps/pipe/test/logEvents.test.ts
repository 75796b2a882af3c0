/** The names of what is logged: each is in the documents, and each of the documents is logged somewhere. */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { logEvents, logEventsReference } from "../src/log/logEvents.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const sources = ["apps/pipe/src", "packages/parts/src"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, String(name)))
)
  // The fields of signals have an event too: a game.
  .filter((path) => path.endsWith(".ts") && !path.endsWith("logEvents.ts") && !path.includes("/emits/"))

describe("the events of the log", () => {
  it("are those in the source, each with its meaning, and no others", () => {
    const text = sources.map((path) => readFileSync(path, "utf8")).join("\n")
    const named = [
      ...[...text.matchAll(/\bevent: "(\w+)"/g)].map(([, name]) => name!),
      ...[...text.matchAll(/\bevent: [^"\n]*\? "(\w+)" : "(\w+)"/g)].flatMap(([, one, other]) => [one!, other!]),
      ...[...text.matchAll(/^ {2}[A-Z]\w+: "(sink_\w+)",$/gm)].map(([, name]) => name!),
    ]
    expect(new Set(named)).toEqual(new Set(logEvents.map(({ event }) => event)))
    expect(new Set(logEvents.map(({ event }) => event)).size).toBe(logEvents.length)
  })

  it("are in the documentation", () => {
    expect(readFileSync(join(root, "docs/log-events.md"), "utf8"), "write it anew with `schema log-events`").toBe(
      logEventsReference(),
    )
  })
})
