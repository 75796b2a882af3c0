/**
 * The cases that other languages read are those that the reducer and `fold` give now: `UPDATE_CASES=1 pnpm vitest run
 * packages/state/test/cases` writes them anew.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type Case, cases } from "./cases.ts"

const folder = new URL("../../../protocol/cases/", import.meta.url)

/** One record, or one book, on a line: small, and a difference shows in one place. */
const textOf = ({ name, about, steps }: Case): string => {
  const step = ({ records, book }: Case["steps"][number]): string =>
    `    {\n      "records": [\n${
      records.map((record) => `        ${JSON.stringify(record)}`).join(",\n")
    }\n      ],\n` +
    `      "book": ${JSON.stringify(book)}\n    }`
  return `{\n  "name": ${JSON.stringify(name)},\n  "about": ${JSON.stringify(about)},\n  "steps": [\n${
    steps.map(step).join(",\n")
  }\n  ]\n}\n`
}

describe("the cases for other languages", () => {
  const made = cases()

  it("are current", () => {
    if (process.env["UPDATE_CASES"] !== undefined) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
      for (const each of made) writeFileSync(new URL(`${each.name}.json`, folder), textOf(each))
    }
    const names = made.map(({ name }) => `${name}.json`).toSorted()
    expect(readdirSync(folder).filter((name) => name.endsWith(".json")).toSorted()).toEqual(names)
    for (const each of made) expect(readFileSync(new URL(`${each.name}.json`, folder), "utf8")).toBe(textOf(each))
  })

  it("contain every kind of change and control that a reader must know, and lines of every state", () => {
    const all = JSON.stringify(made)
    for (
      const kind of [
        ..."game_opened game_amended game_closed line_opened line_moved line_suspended line_resumed line_closed".split(
          " ",
        ),
        ..."stream_started stream_resumed stream_stopped gap_opened gap_closed game_verified quarantined".split(" "),
        ..."stale fresh dropped clock_jumped synced heartbeat".split(" "),
      ]
    ) expect(all, kind).toMatch(new RegExp(`"(?:change|control)":"${kind}"`))
    for (const state of ['"is_actionable":true', '"is_live":true,"is_actionable":false', '"is_live":false']) {
      expect(all).toContain(state)
    }
  })
})
