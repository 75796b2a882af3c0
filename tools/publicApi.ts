/**
 * The public surface of the libraries: every exported name with its signature, in `api.txt` beside each package.json, so
 * that a change of it shows in a diff.
 *
 * `node tools/publicApi.ts` writes the files anew, from the declarations that `pnpm build` has made.
 */
import { existsSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { parseSync } from "rolldown/utils"
import { libraries, readText, root, type WorkspacePackage } from "./workspace.ts"

/** The exported declarations of a file of declarations, by name. `read` gives the text of a file, by its path. */
export const exportsOf = (path: string, read: (path: string) => string): ReadonlyMap<string, string> => {
  const source = read(path)
  const { program, comments } = parseSync(path, source)
  const exported = new Map<string, string>()
  const local = new Map<string, string>()

  const textOf = (from: number, to: number): string => {
    let text = ""
    let at = from
    for (const comment of comments) {
      if (comment.start < from || comment.end > to) continue
      text += source.slice(at, comment.start)
      at = comment.end
    }
    return (text + source.slice(at, to)).split("\n").map((line) => line.trimEnd()).filter((line) => line !== "")
      .join("\n").replace(/^(?:export )?(?:declare )?/, "")
  }
  const add = (into: Map<string, string>, name: string, text: string): void => {
    const before = into.get(name)
    into.set(name, before === undefined ? text : `${before}\n${text}`)
  }
  const from = (specifier: string): ReadonlyMap<string, string> | undefined =>
    specifier.startsWith(".")
      ? exportsOf(join(dirname(path), specifier.replace(/(?:\.d)?\.[jt]s$/, ".d.ts")).replaceAll("\\", "/"), read)
      : undefined

  for (const node of program.body) {
    if (node.type === "ExportAllDeclaration") {
      const all = from(node.source.value)
      const name = node.exported?.type === "Identifier" ? node.exported.name : undefined
      if (name !== undefined || all === undefined) add(exported, name ?? "*", textOf(node.start, node.end))
      else for (const [each, text] of all) add(exported, each, text)
      continue
    }
    const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node
    if (declaration !== null && "id" in declaration && declaration.id?.type === "Identifier") {
      const into = node.type === "ExportNamedDeclaration" ? exported : local
      add(into, declaration.id.name, textOf(node.start, node.end))
    } else if (declaration?.type === "VariableDeclaration") {
      const into = node.type === "ExportNamedDeclaration" ? exported : local
      for (const { id } of declaration.declarations) {
        if (id.type === "Identifier") add(into, id.name, textOf(node.start, node.end))
      }
    }
  }
  for (const node of program.body) {
    if (node.type !== "ExportNamedDeclaration" || node.declaration !== null) continue
    const known = node.source === null ? local : from(node.source.value)
    for (const { local: own, exported: name } of node.specifiers) {
      if (own.type !== "Identifier" || name.type !== "Identifier") continue
      const renamed = own.name === name.name ? "" : ` (in its file ${own.name})`
      const text = known?.get(own.name)
      add(
        exported,
        name.name,
        text === undefined ? `${name.name}: of ${node.source?.value ?? "another package"}` : text + renamed,
      )
    }
  }
  return exported
}

/** The entries of a package, each with the path of its declarations. */
const entriesOf = ({ folder, manifest }: WorkspacePackage): ReadonlyArray<readonly [entry: string, path: string]> =>
  Object.entries(manifest.exports ?? {}).flatMap(([entry, paths]) =>
    typeof paths === "string" || paths["types"] === undefined
      ? []
      : [[entry, join(folder, paths["types"]).replaceAll("\\", "/")] as const]
  )

/** Names that two packages export with different signatures: a name means one thing. */
export const homonymsIn = (
  packages: ReadonlyArray<readonly [name: string, exported: ReadonlyMap<string, string>]>,
): ReadonlyArray<string> => {
  const known = new Map<string, readonly [name: string, text: string]>()
  return packages.flatMap(([name, exported]) =>
    [...exported].flatMap(([each, text]) => {
      // What it takes from another package means the same.
      if (text.startsWith(`${each}: of `)) return []
      const other = known.get(each)
      if (other === undefined) known.set(each, [name, text])
      return other === undefined || other[0] === name || other[1] === text
        ? []
        : [`${name} and ${other[0]} both export ${each}, with different meanings; rename one of them`]
    })
  )
}

/** The text of a package's `api.txt`; undefined where it has not been built. */
export const apiText = (library: WorkspacePackage): string | undefined => {
  const { name } = library
  const parts = [`${name}: its public names and their signatures, made by \`node tools/publicApi.ts\`.\n`]
  for (const [entry, path] of entriesOf(library)) {
    if (!existsSync(join(root, path))) return undefined
    const names = [...exportsOf(path, readText)].toSorted(([one], [other]) => one < other ? -1 : 1)
    parts.push(`# ${join(name, entry)}\n`, ...names.map(([, text]) => `${text}\n`))
  }
  return parts.join("\n")
}

const fileOf = ({ folder }: WorkspacePackage): string => `${folder}/api.txt`

/** Checks that each library's `api.txt` says what is exported now. */
export const checkPublicApi = (): ReadonlyArray<string> => {
  const differences = libraries.flatMap((library) => {
    const text = apiText(library)
    const file = fileOf(library)
    if (text === undefined) return [`${file}: cannot compare; build the packages first (pnpm build)`]
    return existsSync(join(root, file)) && readText(file) === text
      ? []
      : [`${file}: the public names or signatures have changed; run \`node tools/publicApi.ts\` and look at the diff`]
  })
  // Without a build there is nothing to compare.
  if (differences.some((each) => each.includes("cannot compare"))) return differences
  const all = libraries.flatMap((library) =>
    entriesOf(library).map(([, path]) => [library.name, exportsOf(path, readText)] as const)
  )
  return [...differences, ...homonymsIn(all)]
}

if (import.meta.main) {
  for (const library of libraries) {
    const text = apiText(library)
    if (text === undefined) throw new Error(`Cannot write ${fileOf(library)}: run \`pnpm build\` first`)
    writeFileSync(join(root, fileOf(library)), text)
  }
}
