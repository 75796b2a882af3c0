import { describe, expect, it } from "vitest"
import { UsageError } from "../src/process/ExitCode.ts"
import { type FlagGroup, parseFlags } from "../src/commandLine/flags.ts"

const groups: ReadonlyArray<FlagGroup> = [{
  title: "Flags",
  flags: [
    { name: "sport", value: "NAME", repeatable: true, about: "" },
    {
      name: "emit",
      value: "FORM",
      choices: ["messages", "changes", "quotes", "raw"],
      about: "",
    },
    { name: "url", value: "URL", env: "FEED_URL", about: "" },
    { name: "count", value: "N", about: "" },
    { name: "for", value: "TIME", about: "" },
    { name: "sportsbook", alias: "book", value: "NAME", repeatable: true, about: "" },
    { name: "meta", about: "" },
    { name: "help", short: "h", about: "" },
  ],
}]
const parse = (...args: ReadonlyArray<string>) => parseFlags(groups, args, {})
const complaint = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error("there was no complaint")
}

describe("flags", () => {
  it("know which of them the command line has, and which a variable stands for", () => {
    const given = parseFlags(groups, ["--count", "5", "--meta"], { FEED_URL: "ws://x/" })
    expect(given.written).toEqual(["count", "meta"])
    expect(given.text("url")).toBe("ws://x/")
  })

  it("take values after a space or an equals sign, and keep commas and spaces in them", () => {
    const given = parse(
      "--sport",
      "US Open (M)",
      "--sport=A, B",
      "--url=ws://x/?a=b",
      "--meta",
    )
    expect(given.texts("sport")).toEqual(["US Open (M)", "A, B"])
    expect(given.text("url")).toBe("ws://x/?a=b")
    expect(given.isSet("meta")).toBe(true)
    expect(given.isSet("help")).toBe(false)
    expect(given.texts("emit")).toEqual([])
  })

  it("have short names, and end at two dashes", () => {
    const given = parse("-h", "word", "--", "--meta")
    expect(given.isSet("help")).toBe(true)
    expect(given.isSet("meta")).toBe(false)
    expect(given.words).toEqual(["word", "--meta"])
  })

  it("come from the environment where they are not given", () => {
    expect(parseFlags(groups, [], { FEED_URL: "ws://env" }).text("url")).toBe(
      "ws://env",
    )
    expect(
      parseFlags(groups, ["--url", "ws://flag"], { FEED_URL: "ws://env" }).text(
        "url",
      ),
    ).toBe("ws://flag")
    expect(parseFlags(groups, [], { FEED_URL: "" }).text("url"))
      .toBeUndefined()
  })

  it("name what was meant", () => {
    expect(complaint(() => parse("--sprot", "NBA"))).toBe(
      "Unknown flag --sprot. Did you mean --sport?",
    )
    expect(complaint(() => parse("--bok", "Pinnacle"))).toBe(
      "Unknown flag --bok. Did you mean --sportsbook?",
    )
    expect(complaint(() => parse("--zzzzzz"))).toBe(
      "Unknown flag --zzzzzz",
    )
    const form = { name: "form", value: "FORM", choices: ["human", "json"], about: "A form." }
    expect(complaint(() => parseFlags([{ title: "Own", flags: [form] }], ["--form", "jsn"], {}))).toBe(
      `Cannot use --form: expected one of human, json; got "jsn". Did you mean "json"?`,
    )
  })

  it("refuse what has no meaning", () => {
    expect(complaint(() => parse("--sport"))).toBe(
      "Cannot use --sport without a value: write --sport NAME",
    )
    expect(complaint(() => parse("--sport", "--meta"))).toBe(
      "Cannot use --sport without a value: write --sport NAME",
    )
    expect(complaint(() => parse("--sport", ""))).toBe(
      "Cannot use --sport with an empty value: leave it out for everything",
    )
    expect(complaint(() => parse("--sport= "))).toBe(
      "Cannot use --sport with an empty value: leave it out for everything",
    )
    expect(complaint(() => parse("--meta=yes"))).toBe(
      "Cannot use --meta with a value: it is a switch",
    )
    expect(complaint(() => parse("--emit", "raw", "--emit", "raw"))).toBe(
      "Cannot use --emit twice: it takes one value",
    )
  })

  it("read whole numbers", () => {
    expect(parse("--count", "3").number("count")).toBe(3)
    expect(parse().number("count")).toBeUndefined()
    for (const wrong of ["0", "1.5", "ten", "1e3", "-1"]) {
      expect(
        complaint(() => parse("--count", wrong).number("count", { least: 1 })),
      ).toBe(
        `Cannot use --count: expected a whole number from 1 on; got ${JSON.stringify(wrong)}`,
      )
    }
  })

  it("read durations above zero, in the one grammar", () => {
    expect(parse("--for", "1m30s").millis("for")).toBe(90_000)
    for (const wrong of ["30", "soon", "0s", "-1s", "30 s"]) {
      expect(complaint(() => parse("--for", wrong).millis("for"))).toBe(
        `Cannot use --for: expected a duration such as 500ms, 15s, 1m30s; got ${JSON.stringify(wrong)}`,
      )
    }
  })
})
