/** Which modules a source file imports, and which of their names it uses. */
import { parseSync, Visitor } from "rolldown/utils"

/** One import: static, dynamic, of types alone, or a re-export. */
export interface Import {
  readonly specifier: string
  readonly line: number
  /** The names taken from it; of a namespace import, those its members are used by. */
  readonly names: ReadonlySet<string>
}

/** A source file that cannot be parsed, or whose imports cannot be known. */
export class UnreadableSource extends Error {
  readonly _tag = "UnreadableSource"
}

/**
 * The imports of a TypeScript source, in their order.
 *
 * Throws {@link UnreadableSource} for a syntax error and for a dynamic import of anything but a string literal: what
 * cannot be read cannot be checked.
 */
export const importsOf = (path: string, source: string): ReadonlyArray<Import> => {
  const { program, errors } = parseSync(path, source)
  if (errors.length > 0) throw new UnreadableSource(`Cannot parse ${path}: ${errors[0]!.message}`)
  const found: Array<{ specifier: string; line: number; names: Set<string> }> = []
  const namespaces = new Map<string, Set<string>>()
  const add = (specifier: string, start: number): Set<string> => {
    const names = new Set<string>()
    found.push({ specifier, line: source.slice(0, start).split("\n").length, names })
    return names
  }
  new Visitor({
    ImportDeclaration(node) {
      const names = add(node.source.value, node.start)
      for (const specifier of node.specifiers) {
        if (specifier.type === "ImportNamespaceSpecifier") namespaces.set(specifier.local.name, names)
        else if (specifier.type === "ImportDefaultSpecifier") names.add("default")
        else names.add(specifier.imported.type === "Literal" ? specifier.imported.value : specifier.imported.name)
      }
    },
    ExportAllDeclaration(node) {
      add(node.source.value, node.start).add("*")
    },
    ExportNamedDeclaration(node) {
      if (node.source === null) return
      const names = add(node.source.value, node.start)
      for (const { local } of node.specifiers) names.add(local.type === "Literal" ? local.value : local.name)
    },
    ImportExpression(node) {
      // A module that a user named, by its place on their disk, does not belong to this repository.
      if (/^pathToFileURL\(.*\)\.href$/s.test(source.slice(node.source.start, node.source.end))) return
      if (node.source.type !== "Literal" || typeof node.source.value !== "string") {
        throw new UnreadableSource(`Cannot check a dynamic import of ${path}: its specifier must be a string literal`)
      }
      add(node.source.value, node.start).add("*")
    },
    TSImportType(node) {
      const names = add(node.source.value, node.start)
      if (node.qualifier?.type === "Identifier") names.add(node.qualifier.name)
    },
  }).visit(program)
  new Visitor({
    MemberExpression(node) {
      if (node.object.type !== "Identifier") return
      if (!node.computed && node.property.type === "Identifier") {
        namespaces.get(node.object.name)?.add(node.property.name)
      }
    },
    TSQualifiedName(node) {
      if (node.left.type === "Identifier") namespaces.get(node.left.name)?.add(node.right.name)
    },
  }).visit(program)
  return found
}
