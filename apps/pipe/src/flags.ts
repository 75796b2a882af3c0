/**
 * Flags as data: one table parses the command line and writes the help.
 *
 * Ours and not `effect/cli`, which takes 65 ms to load, more than a quarter of what the first line may take.
 */
import { nearestNames } from "@boltodds/connection"
import { UsageError } from "./ExitCode.ts"

/** One flag. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string
  /** A single letter that means the same. */
  readonly short?: string
  /** How the value is called in help; without it the flag is a switch. */
  readonly value?: string
  readonly repeatable?: boolean
  readonly choices?: ReadonlyArray<string>
  /** The environment variable that is used when the flag is not given. An empty one counts as not given. */
  readonly env?: string
  readonly about: string
}

/** Flags under one heading of the help. */
export interface FlagGroup {
  readonly title: string
  readonly flags: ReadonlyArray<Flag>
}

/** What was given, by the names of the flags. */
export class Given {
  readonly #values: ReadonlyMap<string, ReadonlyArray<string>>
  /** What is not a flag, in its order. */
  readonly words: ReadonlyArray<string>

  constructor(
    values: ReadonlyMap<string, ReadonlyArray<string>>,
    words: ReadonlyArray<string>,
  ) {
    this.#values = values
    this.words = words
  }

  isSet(name: string): boolean {
    return this.#values.has(name)
  }

  /** The value of a flag; of several, the last. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1)
  }

  texts(name: string): ReadonlyArray<string> {
    return this.#values.get(name) ?? []
  }

  /** A whole number. */
  number(
    name: string,
    { least = 0, most = Number.MAX_SAFE_INTEGER } = {},
  ): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`
      throw new UsageError(
        `Cannot use --${name} ${quoted(text)}: it must be a whole number ${range}`,
      )
    }
    return value
  }

  /** A time span like `500ms`, `30s`, `5m`, `1h30m`, in milliseconds. */
  millis(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const millis = parseMillis(text)
    if (millis === undefined) {
      throw new UsageError(
        `Cannot use --${name} ${quoted(text)}: it must be a time span like 500ms, 30s, 5m or 1h30m`,
      )
    }
    return millis
  }
}

const quoted = (text: string): string => JSON.stringify(text)

const unitMillis: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Reads `500ms`, `1.5s`, `1h30m`; undefined for anything else, zero included. */
export const parseMillis = (text: string): number | undefined => {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text)) return undefined
  let sum = 0
  for (
    const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)
  ) {
    sum += Number(amount) * unitMillis[unit!]!
  }
  return sum >= 1 && Number.isSafeInteger(Math.round(sum)) ? Math.round(sum) : undefined
}

/** Reads a command line by its flags; throws {@link UsageError} with what is wrong and what was probably meant. */
export const parseFlags = (
  groups: ReadonlyArray<FlagGroup>,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string | undefined>>,
): Given => {
  const flags = groups.flatMap((group) => group.flags)
  const values = new Map<string, Array<string>>()
  const words: Array<string> = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!
    if (arg === "--") {
      words.push(...args.slice(index + 1))
      break
    }
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg)
      continue
    }
    const [shown, inline] = arg.startsWith("--") ? splitAtEquals(arg) : [arg, undefined]
    const flag = flags.find(({ name, short }) => shown === `--${name}` || shown === `-${short}`)
    if (flag === undefined) throw new UsageError(unknownFlag(shown, flags))
    if (flag.value === undefined && inline !== undefined) {
      throw new UsageError(`Cannot use ${shown} with a value: it is a switch`)
    }
    if (
      values.has(flag.name) && flag.value !== undefined &&
      flag.repeatable !== true
    ) {
      throw new UsageError(`Cannot use ${shown} twice: it takes one value`)
    }
    let value = inline ?? ""
    if (flag.value !== undefined && inline === undefined) {
      const next = args[index + 1]
      if (next === undefined || (next.startsWith("--") && next.length > 2)) {
        throw new UsageError(
          `Cannot use ${shown} without a value: write ${shown} ${flag.value}`,
        )
      }
      value = next
      index++
    }
    if (flag.value !== undefined && value.trim() === "") {
      throw new UsageError(
        `Cannot use ${shown} with an empty value; leave it out for all`,
      )
    }
    const seen = values.get(flag.name) ?? []
    seen.push(value)
    values.set(flag.name, seen)
  }
  for (const { name, env: variable } of flags) {
    const value = variable === undefined ? undefined : env[variable]
    if (!values.has(name) && value !== undefined && value !== "") {
      values.set(name, [value])
    }
  }
  for (const flag of flags) {
    for (const value of values.get(flag.name) ?? []) {
      if (flag.choices !== undefined && !flag.choices.includes(value)) {
        throw new UsageError(wrongChoice(flag, value))
      }
    }
  }
  return new Given(values, words)
}

/** A word as it may be shown: it may be a key that was typed in the wrong place, so only its beginning is. */
export const showWord = (word: string): string => JSON.stringify(word.length > 8 ? `${word.slice(0, 4)}…` : word)

const splitAtEquals = (arg: string): readonly [string, string | undefined] => {
  const at = arg.indexOf("=")
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)]
}

const unknownFlag = (shown: string, flags: ReadonlyArray<Flag>): string => {
  const [meant] = nearestNames(shown, flags.map((flag) => flag.name))
  return `Cannot use ${shown}: there is no such flag${meant === undefined ? "" : `; did you mean --${meant}?`}`
}

const wrongChoice = ({ name, choices = [] }: Flag, value: string): string => {
  const [meant] = nearestNames(value, choices)
  return `Cannot use --${name} ${quoted(value)}: it must be one of ${choices.join(", ")}` +
    (meant === undefined ? "" : `; did you mean ${meant}?`)
}
