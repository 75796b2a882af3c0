import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { expect, it } from "vitest"
import { choicesFile, readChoices, usualChoices, writeChoices } from "../../src/board/choices.ts"
import { Ui } from "../../src/board/Ui.ts"

const place = (): string => choicesFile({ XDG_CONFIG_HOME: join(temporaryFolder(), "config") })

it("what is chosen is there the next time, in a file of this user alone", () => {
  const file = place()
  const ui = new Ui()
  ui.shown = { ...ui.shown, sportsbooks: ["betmgm", "fanduel"] }
  for (const key of ["f", "s", "t", "c", "b", "down", " ", "enter"]) ui.press(key)
  writeChoices(file, ui.choices)
  const next = new Ui()
  next.choices = readChoices(file)
  expect(next.choices).toEqual({
    format: "decimal",
    sort: "move",
    utc: true,
    coloring: "contrast",
    hidden: ["fanduel"],
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(dirname(file))).toEqual(["board.json"])
})

it.each([
  ["nothing", undefined],
  ["no JSON", "{"],
  ["a list", "[]"],
  ["other values", '{"format":"fractional","sort":7,"utc":"yes","coloring":null,"hidden":{"a":1}}'],
])("a file with %s is as usual", (_, text) => {
  const file = place()
  if (text !== undefined) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  expect(readChoices(file)).toEqual(usualChoices)
})
