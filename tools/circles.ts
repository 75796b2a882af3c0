/** No circle of files: what imports a file, however far away, is not imported by it. */
import { importsOf } from "./imports.ts"
import { apps, libraries, readText, sourcesOf } from "./workspace.ts"

/** A source file, by its path from the root. */
export interface CircleFile {
  readonly path: string
  readonly text: string
}

/** The file that an import leads to, and the line that it stands in. */
type Links = ReadonlyMap<string, number>

/**
 * The circles among these files, a chain each: the shortest one through the first file of a circle. Imports of types,
 * dynamic imports and re-exports count: a file that can be understood only with another belongs together with it.
 */
export const circlesIn = (files: ReadonlyArray<CircleFile>): ReadonlyArray<string> => {
  const graph = new Map(files.map((file): [string, Links] => [file.path, linksOf(file)]))
  const reached = new Map(files.map(({ path }) => [path, reachedFrom(path, graph)]))
  const told = new Set<string>()
  return files.toSorted((a, b) => a.path < b.path ? -1 : 1).flatMap(({ path }) => {
    const back = reached.get(path)!.get(path)
    if (back === undefined || told.has(path)) return []
    for (const other of reached.get(path)!.keys()) if (reached.get(other)?.has(path)) told.add(other)
    return [
      `${chainOf(path, back, reached.get(path)!, graph)}: a circle of files; move what both need to a file of its own`,
    ]
  })
}

const linksOf = ({ path, text }: CircleFile): Links =>
  new Map(
    importsOf(path, text).filter(({ specifier }) => specifier.startsWith(".")).map(({ specifier, line }) => [
      new URL(specifier, `file:///${path}`).pathname.slice(1),
      line,
    ]),
  )

/** The files that a file leads to, each with the one before it on the shortest way. */
const reachedFrom = (start: string, graph: ReadonlyMap<string, Links>): ReadonlyMap<string, string> => {
  const before = new Map<string, string>()
  const queue = [start]
  for (const path of queue) {
    for (const next of graph.get(path)?.keys() ?? []) {
      if (before.has(next)) continue
      before.set(next, path)
      queue.push(next)
    }
  }
  return before
}

/** `A.ts:3 → B.ts:1 → A.ts`, with the lines of the imports. */
const chainOf = (
  start: string,
  last: string,
  before: ReadonlyMap<string, string>,
  graph: ReadonlyMap<string, Links>,
): string => {
  const chain = [start]
  for (let path = last; path !== start; path = before.get(path)!) chain.unshift(path)
  chain.unshift(start)
  return chain.map((path, index) => {
    const next = chain[index + 1]
    return next === undefined ? path : `${path}:${graph.get(path)!.get(next)}`
  }).join(" → ")
}

/** Checks every package and every app. */
export const checkCircles = (): ReadonlyArray<string> =>
  [...libraries, ...apps].flatMap((member) =>
    circlesIn(sourcesOf(member).map((path) => ({ path, text: readText(path) })))
  )
