/** The flags of the emits that compare sportsbooks. */
import { didYouMean, expectedButGot } from "@boltodds/text"
import { readConfigFile } from "../configuration/readConfigFile.ts"
import { BadConfiguration, UsageError } from "../process/ExitCode.ts"
import type { FlagGroup, ParsedFlags } from "./flags.ts"

/** The emits that take each flag. */
const takers: Readonly<Record<string, ReadonlyArray<string>>> = {
  "bet-at": ["best", "opportunities"],
  fee: ["best", "closing", "opportunities"],
  "sportsbooks-file": ["best", "fair", "closing", "opportunities"],
  "aliases-file": ["best", "fair", "closing", "opportunities"],
  reference: ["fair", "closing", "opportunities"],
  method: ["fair", "closing", "opportunities"],
  type: ["opportunities"],
  "min-profit": ["opportunities"],
  "min-ev": ["opportunities"],
  confirm: ["opportunities"],
  suspicious: ["opportunities"],
}

/** What is known of sportsbooks and names. */
export const signalFlags: FlagGroup = {
  title: "Comparing sportsbooks (with --emit best, fair, closing or opportunities)",
  flags: [
    {
      name: "bet-at",
      value: "NAMES",
      repeatable: true,
      about: "The sportsbooks where you bet, separated by commas. Default: all that take bets.",
    },
    {
      name: "fee",
      value: "NAME=KIND:SHARE",
      repeatable: true,
      about:
        "A fee of a sportsbook: prophetx=winnings:1%, kalshi=contract:0.07, or stake. Until you say one, exchanges " +
        "and prediction markets keep 2% of winnings.",
    },
    {
      name: "sportsbooks-file",
      value: "FILE",
      about: "What you know of sportsbooks, in JSON: which take bets, families, fees.",
    },
    { name: "aliases-file", value: "FILE", about: "What names of markets and players mean, in JSON." },
    {
      name: "reference",
      value: "NAMES",
      repeatable: true,
      about:
        "Whose prices are fair once the margin is taken out: sportsbooks, or consensus, separated by commas; the first " +
        "that has all sides. Default pinnacle,ps3838,consensus.",
    },
    {
      name: "method",
      value: "NAME",
      choices: ["multiplicative", "additive", "power", "shin", "odds_ratio", "probit"],
      about: "How the margin is taken out. Default multiplicative.",
    },
    {
      name: "type",
      value: "NAMES",
      repeatable: true,
      about: "Opportunities to look for: arb, ev, middle, low_hold, separated by commas. Default all.",
    },
    { name: "min-profit", value: "SHARE", about: "The least profit of an arbitrage, as in 0.5%. Default 0." },
    { name: "min-ev", value: "SHARE", about: "The least expected profit. Default 2%." },
    { name: "confirm", value: "TIME", about: "How long an opportunity must have stood. Default 500ms." },
    {
      name: "suspicious",
      value: "SHARE",
      about: "Leave out opportunities that pay more: they are nearly always mistakes. Default 10%.",
    },
  ],
}

/** The emit with its options, as a document has it. Refuses flags that would be ignored. */
export const emitOf = async (given: ParsedFlags): Promise<string | object | undefined> => {
  const emit = given.text("emit")
  const flag = signalFlags.flags.find(({ name }) =>
    given.written.includes(name) && (emit === undefined || takers[name]?.includes(emit) !== true)
  )
  if (flag !== undefined) {
    const needed = takers[flag.name]?.join(", ").replace(/, ([^,]*)$/, " or $1")
    throw new UsageError(`Cannot use --${flag.name} without --emit ${needed}: it compares sportsbooks`)
  }
  const options = await optionsOf(given)
  if (emit !== undefined && Object.keys(options).length > 0) return { [emit]: options }
  return emit === undefined ? undefined : escaped(emit)
}

/** The option of an emit that each flag sets, where it has another name. */
const optionNames: Readonly<Record<string, string>> = { type: "types" }

/** What is known of sportsbooks and names, as the flags say it. */
export const knownOf = async (
  given: ParsedFlags,
): Promise<{ readonly sportsbooks?: object; readonly aliases?: object }> =>
  (await optionsOf(given) as { readonly signals?: object }).signals ?? {}

/** Several of the emits that compare sportsbooks, each with those options that it takes. */
export const emitsOf = async (
  given: ParsedFlags,
  emits: ReadonlyArray<string>,
): Promise<ReadonlyArray<string | object>> => {
  const options = Object.entries(await optionsOf(given))
  const taken = (emit: string): ReadonlySet<string> =>
    new Set(
      Object.entries(takers).filter(([, names]) => names.includes(emit)).map(([flag]) =>
        optionNames[flag] ?? flag.replace("-", "_")
      ),
    )
  return emits.map((emit) => {
    const own = options.filter(([name]) =>
      name === "signals" ? takers["sportsbooks-file"]!.includes(emit) : taken(emit).has(name)
    )
    return own.length === 0 ? emit : { [emit]: Object.fromEntries(own) }
  })
}

const optionsOf = async (given: ParsedFlags): Promise<object> => {
  const [betAt, reference, method] = [namesOf(given, "bet-at"), namesOf(given, "reference"), given.text("method")]
  const [types, confirm] = [namesOf(given, "type"), given.millis("confirm", { mayBeZero: true })]
  const [file, aliasFile] = [given.text("sportsbooks-file"), given.text("aliases-file")]
  const known = file === undefined ? {} : await readObject(file, "sportsbooks in") as Record<string, object>
  const sportsbooks: Record<string, object> = { ...known }
  for (const { name, kind, share } of given.texts("fee").map(feeOf)) {
    const same = Object.keys(sportsbooks).find((each) => each.trim().toLowerCase() === name) ?? name
    const before = sportsbooks[same] as { readonly fee?: unknown } | undefined
    const fee = before?.fee ?? {}
    // What else the file says is refused with the rest of the options.
    if (typeof fee !== "object") continue
    if (Object.hasOwn(fee, kind)) {
      throw new UsageError(
        `Cannot use --fee: the fee ${kind} of ${name} is there twice; say it once, here or in the file`,
      )
    }
    sportsbooks[same] = { ...before, fee: { ...fee, [kind]: share } }
  }
  const signals = {
    ...Object.keys(sportsbooks).length === 0 ? {} : { sportsbooks },
    ...aliasFile === undefined ? {} : { aliases: await readObject(aliasFile, "aliases in") },
  }
  return escapedIn({
    ...Object.keys(signals).length === 0 ? {} : { signals },
    ...betAt.length === 0 ? {} : { bet_at: betAt },
    ...reference.length === 0 ? {} : { reference },
    ...method === undefined ? {} : { method },
    ...types.length === 0 ? {} : { types },
    ...shareOf(given, "min-profit"),
    ...shareOf(given, "min-ev"),
    ...shareOf(given, "suspicious"),
    ...confirm === undefined ? {} : { confirm: `${confirm}ms` },
  }) as object
}

/** The names that a flag lists, separated by commas. */
export const namesOf = (given: ParsedFlags, flag: string): ReadonlyArray<string> => {
  const texts = given.texts(flag)
  const names = texts.flatMap((text) => text.split(",")).map((name) => name.trim()).filter((name) => name !== "")
  if (texts.length > 0 && names.length === 0) {
    throw new UsageError(`Cannot use --${flag}: ${expectedButGot("names, separated by commas", texts.join(" "))}`)
  }
  return names
}

const feeKinds = ["winnings", "stake", "contract"]

const feeOf = (text: string): { readonly name: string; readonly kind: string; readonly share: number } => {
  const [, name, kind, share] = /^([^=]+)=([^:]+):(.+)$/.exec(text) ?? []
  if (name === undefined || kind === undefined || share === undefined) {
    throw new UsageError(`Cannot use --fee: ${expectedButGot("NAME=KIND:SHARE, as in prophetx=winnings:1%", text)}`)
  }
  if (!feeKinds.includes(kind)) {
    const meant = didYouMean(kind, feeKinds)
    throw new UsageError(`Cannot use --fee: ${expectedButGot(`one of ${feeKinds.join(", ")}`, kind)}.${meant}`)
  }
  return { name: name.trim().toLowerCase(), kind, share: parseShare("fee", share) }
}

/** A share, under the name of its option. */
const shareOf = (given: ParsedFlags, flag: string): object => {
  const text = given.text(flag)
  return text === undefined ? {} : { [flag.replace("-", "_")]: parseShare(flag, text) }
}

const parseShare = (flag: string, text: string): number => {
  const isPercent = /^\d+(?:\.\d+)?\s?%$/.test(text)
  const value = isPercent ? Number(text.replace(/\s?%$/, "")) / 100 : /^\d*\.?\d+$/.test(text) ? Number(text) : NaN
  if (value >= 0 && value < 1) return value
  const hint = !isPercent && value >= 1 && value < 100 ? ` Did you mean ${text}%?` : ""
  throw new UsageError(
    `Cannot use --${flag}: ${expectedButGot("a percentage such as 2%, or a fraction below 1", text)}.${hint}`,
  )
}

const readObject = async (file: string, what: string): Promise<object> => {
  const text = new TextDecoder().decode(await readConfigFile(file, what))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new BadConfiguration(
      `Cannot read ${file}: it is not JSON (${cause instanceof Error ? cause.message : cause})`,
    )
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadConfiguration(`Cannot read ${file}: expected an object, with names as its keys`)
  }
  return value
}

/** What a flag says is meant as it is: a shell has put in its variables already. */
export const escaped = (text: string): string => text.replaceAll("$", "$$$$")

const escapedIn = (value: unknown): unknown =>
  typeof value === "string"
    ? escaped(value)
    : Array.isArray(value)
    ? value.map(escapedIn)
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escapedIn(each)]))
    : value
