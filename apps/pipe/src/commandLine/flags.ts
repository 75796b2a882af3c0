/**
 * Flags as data: one table parses the command line and writes the help.
 *
 * Ours and not `effect/cli`, which takes 65 ms to load, more than a quarter of what the first line may take.
 */
import { didYouMean, expectedButGot, expectedDuration, nearestNames, parseMillis } from "@boltodds/text"
import { UsageError } from "../process/ExitCode.ts"

/** One flag. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string
  /** A single letter that means the same. */
  readonly short?: string
  /** Another name that means the same, without the dashes. */
  readonly alias?: string
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
export class ParsedFlags {
  readonly #values: ReadonlyMap<string, ReadonlyArray<string>>
  /** What is not a flag, in its order. */
  readonly words: ReadonlyArray<string>
  /** The flags of the command line, without those that a variable of the environment stands for. */
  readonly written: ReadonlyArray<string>

  constructor(
    values: ReadonlyMap<string, ReadonlyArray<string>>,
    words: ReadonlyArray<string>,
    written: ReadonlyArray<string>,
  ) {
    this.#values = values
    this.words = words
    this.written = written
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
        `Cannot use --${name}: ${expectedButGot(`a whole number ${range}`, text)}`,
      )
    }
    return value
  }

  /** A number that need not be whole: from `least` on, or above it where `isAbove`, and at most `most`. */
  decimal(
    name: string,
    { least = 0, isAbove = false, most }: {
      readonly least?: number
      readonly isAbove?: boolean
      readonly most: number
    },
  ): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (!/^\d+(?:\.\d+)?$/.test(text) || value < least || (isAbove && value === least) || value > most) {
      const range = isAbove ? `above ${least} and at most ${most}` : `from ${least} to ${most}`
      throw new UsageError(`Cannot use --${name}: ${expectedButGot(`a number ${range}`, text)}`)
    }
    return value
  }

  /** A duration such as `500ms`, `15s`, `1m30s`, in milliseconds; above zero, unless `mayBeZero`. */
  millis(name: string, { mayBeZero = false } = {}): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const millis = parseMillis(text)
    if (millis === undefined || (millis === 0 && !mayBeZero)) {
      throw new UsageError(`Cannot use --${name}: ${expectedButGot(expectedDuration, text)}`)
    }
    return millis
  }

  /** Refuses flags of the command line that would be ignored: these have a meaning beside `needed` alone. */
  refuseWithout(needed: string, names: ReadonlyArray<string>, why: string): void {
    if (this.isSet(needed)) return
    const ignored = names.filter((name) => this.written.includes(name)).map((name) => `--${name}`)
    if (ignored.length > 0) throw new UsageError(`Cannot use ${ignored.join(", ")} without --${needed}: ${why}`)
  }

  /** Refuses flags of the command line that would be ignored: they have no meaning beside `other`. */
  refuseBeside(other: string, names: ReadonlyArray<string>, why: string): void {
    if (!this.isSet(other)) return
    const ignored = names.filter((name) => this.written.includes(name)).map((name) => `--${name}`)
    if (ignored.length > 0) throw new UsageError(`Cannot use ${ignored.join(", ")} together with --${other}: ${why}`)
  }
}

/** Reads a command line by its flags; throws {@link UsageError} with what is wrong and what was probably meant. */
export const parseFlags = (
  groups: ReadonlyArray<FlagGroup>,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string | undefined>>,
): ParsedFlags => {
  const flags = groups.flatMap((group) => group.flags)
  const values = new Map<string, Array<string>>()
  const words: Array<string> = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!
    if (arg === "--") {
      words.push(...args.slice(index + 1))
      break
    }
    if (!arg.startsWith("-") || arg === "-" || isNumber(arg)) {
      words.push(arg)
      continue
    }
    const [shown, inline] = arg.startsWith("--") ? splitAtEquals(arg) : [arg, undefined]
    const flag = flags.find(({ name, short, alias }) =>
      shown === `--${name}` || (short !== undefined && shown === `-${short}`) ||
      (alias !== undefined && shown === `--${alias}`)
    )
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
        `Cannot use ${shown} with an empty value: leave it out for everything`,
      )
    }
    const seen = values.get(flag.name) ?? []
    seen.push(value)
    values.set(flag.name, seen)
  }
  const onLine = [...values.keys()]
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
  return new ParsedFlags(values, words, onLine)
}

/** A number below zero is a word: no flag begins with a digit. */
const isNumber = (arg: string): boolean => /^-\.?\d/.test(arg)

/** A word as it may be shown: it may be a key that was typed in the wrong place, so only its beginning is. */
export const showWord = (word: string): string => JSON.stringify(word.length > 8 ? `${word.slice(0, 4)}…` : word)

const splitAtEquals = (arg: string): readonly [string, string | undefined] => {
  const at = arg.indexOf("=")
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)]
}

const unknownFlag = (shown: string, flags: ReadonlyArray<Flag>): string => {
  const names = new Map(
    flags.flatMap(({ name, alias }) => alias === undefined ? [[name, name]] : [[name, name], [alias, name]]),
  )
  const [near] = nearestNames(shown, [...names.keys()])
  const meant = near === undefined ? undefined : names.get(near)
  return `Unknown flag ${shown}${meant === undefined ? "" : `. Did you mean --${meant}?`}`
}

const wrongChoice = ({ name, choices = [] }: Flag, value: string): string => {
  const meant = didYouMean(value, choices)
  return `Cannot use --${name}: ${expectedButGot(`one of ${choices.join(", ")}`, value)}${
    meant === "" ? "" : `.${meant}`
  }`
}
