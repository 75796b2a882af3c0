import { parsePathTemplate, PathTemplateError, type PathValues } from "@boltodds/sink-file"
import * as fc from "fast-check"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"

const at = new Date(Date.UTC(2026, 6, 4, 5, 6, 7))
const pathOf = (template: string, values: PathValues, options = {}): string => {
  const { folders, stem, ext } = parsePathTemplate(template, options).render(values, at)
  return join(...folders, stem + ext)
}
const refusal = (template: string): string => {
  try {
    parsePathTemplate(template)
  } catch (cause) {
    if (cause instanceof PathTemplateError) return cause.message
    throw cause
  }
  throw new Error(`${template} was taken`)
}

/** Anything a feed could send, and what an attacker would. */
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    "",
    ".",
    "..",
    "../..",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "\0",
    "CON",
    "con",
    "nul.txt",
    "COM1",
    "~none",
    "~empty",
    "-rf",
    "%2F",
    "a.part",
    "é",
    "e\u0301",
    "\ud800",
    "\ufffd",
    "x".repeat(10_000),
    "x".repeat(9_999) + "y",
    "ß".repeat(5_000),
  ),
)
const optional = fc.option(hostile, { nil: undefined })

describe("a path template", () => {
  it("puts the record's fields and its time, UTC, into the path", () => {
    const template = "odds/{sport}/{sportsbook}-{yyyy}{MM}{dd}T{HH}{mm}.ndjson"
    expect(pathOf(template, { sport: "NBA", sportsbook: "draftkings" })).toBe("NBA/draftkings-20260704T0506.ndjson")
    expect(parsePathTemplate(template).base).toBe(resolve("odds"))
    expect(parsePathTemplate("/var/x-{kind}").base).toBe("/var")
    expect(parsePathTemplate("odds.ndjson").base).toBe(resolve("."))
  })

  it("escapes what is no letter, digit, - or _ so that it can be read back", () => {
    expect(pathOf("{game}.ndjson", { game: "A vs B, 2026-01-01, 01" })).toBe(
      "A%20vs%20B%2C%202026-01-01%2C%2001.ndjson",
    )
    fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), (game) => {
      const name = pathOf("{game}", { game })
      if (!name.includes("~")) expect(decodeURIComponent(name)).toBe(game)
    }))
  })

  it("says what stands for a missing and for an empty value", () => {
    expect(pathOf("{sport}/{game}.ndjson", { sport: "" })).toBe("~empty/~none.ndjson")
  })

  it("adds the suffix of the compression once, and numbers go before the extension", () => {
    const render = (text: string) => parsePathTemplate(text, { compress: "gzip" }).render({}, at)
    expect(render("a.ndjson")).toEqual({ folders: [], stem: "a", ext: ".ndjson.gz" })
    expect(render("a.ndjson.gz")).toEqual({ folders: [], stem: "a", ext: ".ndjson.gz" })
    expect(render("a.b/.odds")).toEqual({ folders: [], stem: ".odds", ext: ".gz" })
  })

  it("never leaves its base folder, whatever the values are", () => {
    const templates = [
      "{sport}",
      "{sport}/{sportsbook}.ndjson",
      "x{sport}/.{game}/{kind}-{sportsbook}.ndjson",
      "C{sport}.x",
    ]
    fc.assert(
      fc.property(fc.constantFrom(...templates), hostile, optional, optional, (template, sport, sportsbook, game) => {
        const parsed = parsePathTemplate(`base/${template}`)
        const { folders, stem, ext } = parsed.render({ sport, sportsbook, game, kind: game }, at)
        const path = resolve(parsed.base, ...folders, stem + ext)
        expect(path.startsWith(parsed.base + "/")).toBe(true)
        expect(path.slice(parsed.base.length + 1).split("/").length).toBe(parsed.depth + 1)
        for (const name of [...folders, stem + ext]) {
          // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
          expect(name).not.toMatch(/[\u0000-\u001f\u007f-\uffff\\/:*?"<>|]|^\.{1,2}$|^-|[. ]$/)
          expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i)
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(230)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it("gives different values different paths, also where case does not count", () => {
    const templates = [
      "{sport}-{sportsbook}.ndjson",
      "{sport}/{sportsbook}",
      "{sport}_at_{yyyy}{sportsbook}",
      "{sport}.{sportsbook}",
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...templates),
        fc.tuple(optional, optional),
        fc.tuple(optional, optional),
        fc.boolean(),
        (template, a, b, foldsCase) => {
          fc.pre(a[0] !== b[0] || a[1] !== b[1])
          const name = ([sport, sportsbook]: typeof a): string => {
            const path = pathOf(template, { sport, sportsbook }, { foldsCase })
            return foldsCase ? path.toLowerCase() : path
          }
          expect(name(a)).not.toBe(name(b))
        },
      ),
      { numRuns: 2000 },
    )
    const near = (sport: string, sportsbook: string) => pathOf("{sport}-{sportsbook}", { sport, sportsbook })
    expect(near("a-b", "c")).not.toBe(near("a", "b-c"))
    const folded = (sport: string) => pathOf("{sport}", { sport }, { foldsCase: true }).toLowerCase()
    expect(new Set(["NBA", "nba", "Nba"].map(folded)).size).toBe(3)
    expect(pathOf("{sport}", { sport: "NBA" }, { foldsCase: false })).toBe("NBA")
  })

  it("knows its own files again, and no others", () => {
    fc.assert(fc.property(hostile, optional, fc.boolean(), (sport, game, foldsCase) => {
      const template = parsePathTemplate("{sport}/x-{game}-{yyyy}.ndjson", { compress: "zstd", foldsCase })
      const { folders, stem, ext } = template.render({ sport, game }, at)
      expect(template.matchesFolder(0, folders[0]!)).toBe(true)
      expect(template.matchFile(stem + ext)).toEqual({ stem, number: 0, isPart: false })
      expect(template.matchFile(`${stem}.12${ext}`)).toEqual({ stem, number: 12, isPart: false })
      expect(template.matchFile(`${stem}${ext}.part`)).toEqual({ stem, number: 0, isPart: true })
    }))
    const template = parsePathTemplate("odds.{MM}.ndjson")
    expect(template.matchFile("odds.01.2.ndjson")).toEqual({ stem: "odds.01", number: 2, isPart: false })
    for (
      const name of [
        "odds.ndjson",
        "odds.1.ndjson",
        "odds.01.ndjson.gz",
        "xodds.01.ndjson",
        "odds.01.ndjson.part.broken",
      ]
    ) {
      expect(template.matchFile(name)).toBe(undefined)
    }
  })

  it("names the placeholders there are, and the one that was meant", () => {
    expect(refusal("odds/{sprot}.ndjson")).toBe(
      'Cannot use the path "odds/{sprot}.ndjson": there is no placeholder {sprot}; did you mean {sport}? ' +
        "There are {sport} {sportsbook} {game} {session} {run} {kind} {yyyy} {MM} {dd} {HH} {mm}",
    )
    expect(refusal("{hh}")).toContain("did you mean {HH}?")
    expect(refusal("{something}")).not.toContain("did you mean")
  })

  it("refuses what could not be kept apart, or leaves its folder", () => {
    expect(refusal("{sport}{game}")).toContain("put something between {game} and the field before it, like - or _")
    expect(refusal("{sport}at{game}")).toContain("put something between")
    expect(refusal("{sport}{yyyy}{game}")).toContain("put something between")
    expect(refusal("{sport}/../x")).toContain("a folder . or ..")
    expect(refusal("odds/..")).toContain("a folder . or ..")
    expect(refusal("odds/")).toContain("it names a folder")
    expect(refusal("")).toContain("it names a folder")
    expect(refusal("{sport")).toContain("stands alone")
    expect(refusal("a\0b")).toContain("control character")
    expect(refusal("{sport}\\x")).toContain("backslash")
    expect(refusal("x".repeat(250))).toContain("too long")
    expect(refusal("{sport}-{sportsbook}-{game}-{session}-{run}-{kind}")).toContain("too long")
  })

  it("recognizes a foreign name of separators alone at once", () => {
    // A pattern that lets fields hold the separator would try 250 over 5 divisions of it.
    const template = parsePathTemplate(
      "out/{sport}-{sportsbook}-{game}-{sport}-{sportsbook}/{sport}-{game}-{sport}-{game}.ndjson",
    )
    expect(template.matchesFolder(0, `${"-".repeat(250)}!`)).toBe(false)
    expect(template.matchesFolder(0, `${"a-".repeat(120)}!`)).toBe(false)
    expect(template.matchFile(`${"-".repeat(240)}.ndjson`)).toBe(undefined)
    expect(template.matchesFolder(0, "a-b-c-d-e")).toBe(true)
  })
})
