/** What the readers of user files share. */
import { didYouMean } from "@boltodds/text"

/** Whether a value is an object with members, neither null nor a list. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Members that nobody reads, one sentence each: a misspelt one must not be silently without effect. */
export const unknownMembers = (
  value: Readonly<Record<string, unknown>>,
  known: ReadonlyArray<string>,
  at: string,
): ReadonlyArray<string> =>
  Object.keys(value).filter((name) => !known.includes(name)).map((name) =>
    `${at}${name}: no such member.${didYouMean(name, known) || ` There are ${known.join(", ")}.`}`
  )
