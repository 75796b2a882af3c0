/** Secrets and other texts of options: from a variable, from a file, or written out. */
import type { NamedFileError } from "@boltodds/machine"
import * as Effect from "effect/Effect"
import type { Environment } from "../Plugin.ts"
import type { ConfigFinding } from "./Findings.ts"
import { nearestNames } from "@boltodds/text"
import { isVariableName } from "./mayShow.ts"
import { misplacedVariable, type Reserved } from "./variables.ts"
import { objectOf, type Path } from "./Tree.ts"

/** Where secrets are read from. */
export interface SecretPlaces {
  readonly env: Environment
  /** Variables that only one part of the document may use. */
  readonly reserved: Reserved
  /** Reads a file; relative paths start at the folder of the configuration. */
  readonly readFile: (path: string) => Effect.Effect<string, unknown>
  /** Who else can read a file, and what to do about it. */
  readonly exposureOf: (path: string) => { readonly found: string; readonly advice: string } | undefined
}

/** A secret, with what is to be warned of, or why there is none; undefined where it is written out. */
export type Secret =
  | { readonly value: string; readonly warning?: ConfigFinding }
  | { readonly finding: ConfigFinding }
  | undefined

/**
 * Follows `{ env: NAME }` or `{ file: path }`. A line end at the end, and the byte order mark of a file, are no part of the
 * text: editors and `$(…)` put them there. `what`: `secret`, or `text`.
 */
export const readSecret = (
  given: unknown,
  places: SecretPlaces,
  path: Path,
  what = "secret",
): Effect.Effect<Secret> => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return Effect.succeed(undefined)
  const [entry, ...others] = Object.entries(given)
  if (entry === undefined || others.length > 0) return Effect.succeed(undefined)
  const [from, name] = entry
  if ((from !== "env" && from !== "file") || typeof name !== "string") return Effect.succeed(undefined)
  const finding = (why: string, remedy: string): Secret => ({
    finding: { message: `Cannot read this ${what}: ${why}`, remedy },
  })
  // A secret may stand where its file or variable should be named.
  const isSecret = what === "secret"
  if (from === "env") {
    const misplaced = misplacedVariable(name, path, places.reserved)
    if (misplaced !== undefined) return Effect.succeed({ finding: misplaced })
    const held = Object.hasOwn(places.env, name) ? places.env[name] : undefined
    const value = held === undefined ? undefined : withoutLineEnd(held)
    if (value !== undefined && value !== "") return Effect.succeed({ value })
    if (held === undefined && isSecret && !isVariableName(name)) {
      return Effect.succeed(
        finding("what `env` names is no variable that is set", "write `{ env: NAME }`, and set NAME"),
      )
    }
    const [near] = held === undefined ? nearestNames(name, Object.keys(places.env)) : []
    return Effect.succeed(finding(
      `the variable ${name} is ${held === undefined ? "not set" : "empty"}`,
      near === undefined ? `set ${name}` : `set ${name}; did you mean ${near}?`,
    ))
  }
  return Effect.match(places.readFile(name), {
    onSuccess: (text) => {
      const value = withoutLineEnd(text.replace(/^\ufeff/, ""))
      if (value === "") {
        return finding(
          `${isSecret || name.includes("://") ? "its file" : `the file ${name}`} is empty`,
          `write the ${what} into it`,
        )
      }
      // What is read in place of bytes that are no text would be another secret than the one in the file.
      if (isSecret && value.includes("\ufffd")) return finding("its file is not UTF-8 text", "save it as such")
      const exposure = isSecret ? places.exposureOf(name) : undefined
      if (exposure === undefined) return { value }
      return { value, warning: { message: `The file of this secret: ${exposure.found}`, remedy: exposure.advice } }
    },
    onFailure: (cause) => {
      const isHidden = isSecret || name.includes("://")
      const where = isHidden ? "its file" : `the file ${name}`
      if (isNamedFileError(cause)) {
        const [why, ...advice] = cause.message.replace(/\.$/, "").split(". ")
        const remedy = cause.code === undefined && advice.length > 0 ? lowered(advice.join(". ")) : correctPath
        return finding(`${where} cannot be read: ${why}`, remedy)
      }
      return finding(`${where} cannot be read: ${isHidden ? codeOf(cause) : secretReason(cause)}`, correctPath)
    },
  })
}

const correctPath = "correct the path (it starts at the folder of the configuration), or create it"

/** Of the host's own reader: its message names no file, and ends with what to do. */
const isNamedFileError = (cause: unknown): cause is NamedFileError =>
  typeof cause === "object" && cause !== null && "_tag" in cause && cause._tag === "NamedFileError"

const lowered = (sentence: string): string => sentence.slice(0, 1).toLowerCase() + sentence.slice(1)

/** What went wrong with a file, without its name. */
const codeOf = (cause: unknown): string => {
  const said = typeof cause === "object" && cause !== null && "code" in cause
    ? cause.code
    : secretReason(cause).split(":")[0]
  const code = String(said)
  return whyUnread[code] ?? (/^[A-Z_]{2,30}$/.test(code) ? code : "it is no file that can be read")
}

const whyUnread: { readonly [code: string]: string } = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "its name is too long",
}

/** Without the line end that a shell or an editor left. */
export const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, "")

/** What went wrong, in one line. */
export const secretReason = (cause: unknown): string => {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.split("\n")[0]!
}

/** The value with another at one path. */
export const replaceAt = (value: unknown, path: Path, by: unknown): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return by
  if (Array.isArray(value)) return value.map((item, index) => index === key ? replaceAt(item, rest, by) : item)
  if (typeof value !== "object" || value === null) return value
  return objectOf(Object.entries(value).map(([name, item]) => [name, name === key ? replaceAt(item, rest, by) : item]))
}

/** What stands at a path of a plain value. */
export const valueAt = (value: unknown, path: Path): unknown => {
  let found = value
  for (const key of path) {
    found = typeof found === "object" && found !== null && Object.hasOwn(found, key)
      ? (found as { readonly [key: string | number]: unknown })[key]
      : undefined
  }
  return found
}
