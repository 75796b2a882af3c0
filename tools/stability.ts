/** The libraries' use of Effect: subpaths only, and of these only what Effect marks `@stability stable`. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync } from "rolldown/utils"
import { importsOf } from "./imports.ts"
import { libraries, readText, root, sourcesOf } from "./workspace.ts"

type Stability = ReadonlyMap<string, string>

const read = new Map<string, Stability | undefined>()

/** The `@stability` of every export of an Effect module, by its subpath; undefined where there is no such module. */
export const stabilityOf = (subpath: string): Stability | undefined => {
  if (read.has(subpath)) return read.get(subpath)
  const path = join(root, "node_modules", "effect", "dist", `${subpath}.d.ts`)
  const stability = existsSync(path) ? stabilityIn(path, readFileSync(path, "utf8")) : undefined
  read.set(subpath, stability)
  return stability
}

/** An export whose declarations say different things is as unstable as the worst of them. */
const stabilityIn = (path: string, source: string): Stability => {
  const { program, comments } = parseSync(path, source)
  const result = new Map<string, string>()
  const note = (name: string, tag: string | undefined) => {
    if (tag !== undefined && (result.get(name) ?? "stable") === "stable") result.set(name, tag)
  }
  const tagBefore = (from: number, to: number): string | undefined => {
    const comment = comments.findLast((comment) => comment.start >= from && comment.end <= to)
    return comment === undefined ? undefined : /@stability (\w+)/.exec(comment.value)?.[1]
  }
  let previousEnd = 0
  for (const node of program.body) {
    if (node.type === "ExportNamedDeclaration") {
      const tag = tagBefore(previousEnd, node.start)
      const declaration = node.declaration
      if (declaration === null) {
        let from = node.start
        for (const { exported, start, end } of node.specifiers) {
          note(exported.type === "Literal" ? exported.value : exported.name, tagBefore(from, start) ?? tag)
          from = end
        }
      } else if (declaration.type === "VariableDeclaration") {
        for (const { id } of declaration.declarations) if (id.type === "Identifier") note(id.name, tag)
      } else if ("id" in declaration && declaration.id?.type === "Identifier") {
        note(declaration.id.name, tag)
      }
    }
    previousEnd = node.end
  }
  return result
}

/** What one library file takes from Effect that it must not, one sentence each. */
export const unstableUses = (path: string, text: string): ReadonlyArray<string> =>
  importsOf(path, text).flatMap(({ specifier, line, names }) => {
    const at = `${path}:${line}`
    if (specifier === "effect") return [`${at}: import a subpath ("effect/Effect"), not all of Effect`]
    if (specifier.startsWith("@effect/")) return [`${at}: ${specifier} is not for libraries; only apps may use it`]
    if (!specifier.startsWith("effect/")) return []
    const stability = stabilityOf(specifier.slice("effect/".length))
    if (stability === undefined) return [`${at}: there is no module ${specifier}`]
    return [...names].flatMap((name) => {
      const tag = stability.get(name) ?? "unknown"
      return tag === "stable" ? [] : [`${at}: the stability of ${specifier} ${name} is ${tag}`]
    })
  })

/** Checks every library. */
export const checkStability = (): ReadonlyArray<string> =>
  libraries.flatMap(sourcesOf).flatMap((path) => unstableUses(path, readText(path)))
