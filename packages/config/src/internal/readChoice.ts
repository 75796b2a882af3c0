/** One of several, with options: `name`, or `{ name: options }`. */
import type { Named } from "./PartCatalog.ts"
import { hideKey } from "./checkOptions.ts"
import { type Findings, suggestName } from "./Findings.ts"
import { hidden, nameText } from "./mayShow.ts"
import { type Mapping, type Path, scalarsOf, type Tree } from "./Tree.ts"

/** What was chosen. */
export interface Choice<P> {
  readonly plugin: P
  /** Undefined where no options are given. */
  readonly options: Tree | undefined
  readonly path: Path
}

/** What can be chosen. */
export interface Choices<P> {
  /** `source`, `processor`, `store`. */
  readonly what: string
  readonly known: Named<P>
  /** A name that needs no plug-in. */
  readonly besides?: string
  /** What stands for a name of which nothing is known, where it may be that of a plug-in that is not loaded. */
  readonly unread?: ((name: string) => P) | undefined
}

/** Reads a choice, or reports why there is none. */
export const readChoice = <P>(
  node: Tree,
  path: Path,
  { what, known, besides, unread }: Choices<P>,
  findings: Findings,
): Choice<P> | undefined => {
  const unknown = (name: string, at: Path, part: "key" | "value"): undefined => {
    hideAll(node, findings)
    if (nameText(name) === hidden) findings.hide(part === "value" ? node : (node as Mapping).entries[0]!.keySpan)
    findings.error(at, {
      message: `Unknown ${what} \`${nameText(name)}\``,
      remedy: suggestName(name, besides === undefined ? known.keys() : [besides, ...known.keys()], `${what}s`),
    }, part)
    return undefined
  }
  if (node._tag === "Scalar" && typeof node.value === "string") {
    const plugin = known.get(node.value) ?? unread?.(node.value)
    return plugin === undefined
      ? unknown(node.isHidden ? String(node.written) : node.value, path, "value")
      : { plugin, options: undefined, path }
  }
  hideWhatIsNoName(node, findings)
  const example = known.keys().next().value ?? what
  const [entry, second] = node._tag === "Mapping" ? node.entries : []
  if (entry === undefined) {
    findings.error(path, {
      message: `Cannot choose ${aOrAn(what)}: none is named`,
      remedy: `write \`${example}\`, or \`${example}: { … }\` with its options`,
    })
    return undefined
  }
  if (second !== undefined) {
    hideAll(node, findings)
    findings.error([...path, second.key], {
      message: `Cannot choose ${aOrAn(what)}: \`${nameText(entry.key)}\` and \`${
        nameText(second.key)
      }\` are both named`,
      remedy: "keep one of them",
    }, "key")
    return undefined
  }
  const plugin = known.get(entry.key) ?? unread?.(entry.key)
  if (plugin === undefined) return unknown(entry.key, [...path, entry.key], "key")
  return { plugin, options: optionsIn(entry.node), path: [...path, entry.key] }
}

const aOrAn = (what: string): string => `${/^[aeiou]/.test(what) ? "an" : "a"} ${what}`

/** Options of nobody knows whom: any of them may be a secret. */
const hideAll = (node: Tree, findings: Findings): void => {
  if (node._tag === "Scalar") return
  for (const scalar of scalarsOf(node)) findings.hide(scalar)
}

/** What stands where a name and its options should. */
const hideWhatIsNoName = (node: Tree, findings: Findings): void => {
  if (node._tag === "List") findings.hide(node)
  else if (node._tag === "Mapping") node.entries.forEach((entry) => hideKey(entry, findings))
}

/** A key without a value has no options. */
export const optionsIn = (node: Tree): Tree | undefined =>
  node._tag === "Scalar" && node.value === null && !node.isBroken ? undefined : node
