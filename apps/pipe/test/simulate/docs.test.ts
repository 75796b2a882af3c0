import { actions, faults, parseFaults, readScenario } from "@boltodds/simulator"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { bundled } from "@boltodds/testing/PipeProcess"

const root = new URL("../../../../", import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), "utf8")

const guide = read("docs/faults.md")
const pages = ["docs/faults.md", "apps/pipe/README.md", "packages/simulator/README.md", "README.md"]

/** The rows of the table under a heading, its cells without the spaces that a formatter puts in. */
const rowsUnder = (heading: string): ReadonlyArray<string> => {
  const section = guide.split(`\n## ${heading}\n`)[1]!.split("\n## ")[0]!
  return section.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.trim()).join("|")).slice(2)
}

/** The code blocks of a language, of one page. */
const blocks = (text: string, language: string): ReadonlyArray<string> =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map((match) => match[1]!)

/** The words of a command, as a shell takes them apart; what follows a comment sign is left out. */
const wordsOf = (line: string): ReadonlyArray<string> =>
  [...line.replace(/\s#.*$/, "").matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "")

const commands = pages.flatMap((page) =>
  blocks(read(page), "sh").flatMap((block) =>
    block.split("\n").filter((line) => /^(?:npx )?boltodds-pipe simulate .*(?:--faults|--scenario)/.test(line))
  )
)

describe("docs/faults.md", () => {
  it("lists every fault as it is", () => {
    expect(rowsUnder("The faults")).toEqual(
      faults.map(({ name, about, client, parameters }) =>
        `|\`${name}\`|${about}|${client}|${Object.keys(parameters).map((one) => `\`${one}\``).join(" ")}|`
      ),
    )
  })

  it("lists everything that a scenario can do", () => {
    expect(rowsUnder("Scenarios")).toEqual(
      actions.map(({ name, about, parameters }) =>
        `|\`${name}\`|${about}|${Object.keys(parameters).map((one) => `\`${one}\``).join(" ")}|`
      ),
    )
  })

  it("shows scenarios that can be played", () => {
    const shown = blocks(guide, "yaml")
    expect(shown.length).toBeGreaterThanOrEqual(2)
    for (const text of shown) expect(readScenario(parse(text)).problems).toBeUndefined()
  })

  it("and other pages name no fault that there is not", () => {
    const specs = pages.flatMap((page) => [...read(page).matchAll(/(?:--faults |inject\()['"`]([^'"`\n]+)['"`]/g)])
      .map((match) => match[1]!).filter((spec) => !/^(?:list|SPEC|NAME)\b/.test(spec))
    expect(specs.length).toBeGreaterThan(8)
    for (const spec of specs) expect(parseFaults(spec).length).toBeGreaterThan(0)
  })
})

describe("the commands of the documentation", () => {
  it("are there", () => expect(commands.length).toBeGreaterThan(6))

  it.each(commands)("%s", async (line) => {
    const words = wordsOf(line.replace(/^npx /, "")).slice(2)
    const child = spawn(
      process.execPath,
      [bundled, "simulate", "--port", "0", ...words],
      {
        cwd: fileURLToPath(root),
      },
    )
    let said = ""
    child.stderr.on("data", (chunk) => {
      const before = said.includes("Ctrl-C ends it")
      said += String(chunk)
      // Once: a second one forces it.
      if (!before && said.includes("Ctrl-C ends it")) child.kill("SIGTERM")
    })
    child.stdout.resume()
    const code = await new Promise((resolve) => child.on("close", resolve))
    expect({ code, said: code === 0 ? "" : said }).toEqual({ code: 0, said: "" })
  })
})
