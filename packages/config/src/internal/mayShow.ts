/** Which texts of a document may be quoted, where nothing says that they are secret. */
import { type Path, scalarsOf, type Span, type Tree } from "./Tree.ts"

/** What stands for a value that must not be shown. */
export const hidden = "***"

/**
 * Whether a text could be the name of a variable, and is written as such names are: in one case. `{ env: NAME }` with a
 * secret in place of the name is a common mistake, and secrets mix cases.
 */
export const isVariableName = (text: string): boolean =>
  /^(?:[A-Z_][A-Z0-9_]*|[a-z_][a-z0-9_]*)$/.test(text) && text.length <= 64 && !text.startsWith("whsec_")

/** Whether the name of a key speaks of a secret. */
export const speaksOfSecret = (key: string): boolean => secretName.test(key)

const secretName = /secret|token|key|pass|pwd|auth|cred|header|cookie|url|uri|webhook|sign|dsn/i

/** Whether a text looks like an address, a token or a comment: it may be a secret in a wrong place. */
export const looksSecret = (text: string): boolean =>
  text.includes("//") || text.includes("whsec_") || /(?:^|\s)\/\*/.test(text) ||
  (text.match(/[\w+/=.-]{20,}/g) ?? []).some((word) => /\d/.test(word) && /[A-Za-z]/.test(word))

/** A name that somebody wrote, for a sentence: {@link hidden} where it could be a secret. */
export const nameText = (name: string): string => looksSecret(name) || !/^[^\s:]{0,64}$/u.test(name) ? hidden : name

/** Where something stands, for a sentence. */
export const pathText = (path: Path): string =>
  path.map((key) => typeof key === "number" ? key : nameText(key)).join(".")

/** Whether a text is an address with more than a host and a short path: what follows may be a token. */
const isLongAddress = (text: string): boolean => /:\/\/[^/\s]*(?:[@?]|\/\S{8,})/.test(text)

/** The stretches of a text that are not shown with their lines, wherever they stand: keys and values that look like tokens. */
export const oddSpans = (tree: Tree): ReadonlyArray<Span> => {
  if (tree._tag === "Scalar") return typeof tree.value === "string" && isLongAddress(tree.value) ? [tree] : []
  return tree._tag === "List"
    ? tree.items.flatMap(oddSpans)
    : tree.entries.flatMap(({ key, keySpan, node }) => [...looksSecret(key) ? [keySpan] : [], ...oddSpans(node)])
}

/** The stretches of the values in a text that look like comments: those of CEL are some, and others are meant as some. */
export const remarkSpans = (text: string, tree: Tree): ReadonlyArray<Span> => {
  if (!/\/[/*]/.test(text)) return []
  return scalarsOf(tree).flatMap(({ start, end }) =>
    [...text.slice(start, end).matchAll(/(?<!:)\/\/[^\n]*|(?<!\S)\/\*[^\n]*/g)].map(({ 0: remark, index }) => ({
      start: start + index,
      end: start + index + remark.length,
    }))
  )
}

/** Whether anything in a value looks like a secret. */
export const holdsWhatLooksSecret = (tree: Tree): boolean =>
  scalarsOf(tree).some(({ value, isHidden }) => isHidden || (typeof value === "string" && looksSecret(value))) ||
  keysOf(tree).some((key) => nameText(key) === hidden)

const keysOf = (tree: Tree): ReadonlyArray<string> => {
  if (tree._tag === "Scalar") return []
  return tree._tag === "List"
    ? tree.items.flatMap(keysOf)
    : tree.entries.flatMap(({ key, node }) => [key, ...keysOf(node)])
}
