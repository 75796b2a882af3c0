/** Every exported declaration of a library has a doc comment. */
import { parseSync } from "rolldown/utils"
import { libraries, readText, sourcesOf } from "./workspace.ts"

/** The exported declarations of one file that no doc comment stands before. */
export const undocumentedIn = (path: string, source: string): ReadonlyArray<string> => {
  const { program, comments } = parseSync(path, source)
  let previousEnd = 0
  let previousName: string | undefined
  return program.body.flatMap((node) => {
    const from = previousEnd
    previousEnd = node.end
    if (node.type !== "ExportNamedDeclaration" || node.declaration === null) return []
    const documented = comments.some((comment) =>
      comment.start >= from && comment.end <= node.start && comment.type === "Block" && comment.value.startsWith("*") &&
      // A blank line in between makes it a comment on the file, not on the export.
      !/\n\s*\n/.test(source.slice(comment.end, node.start))
    )
    const { declaration } = node
    const name = declaration.type === "VariableDeclaration" ? declaration.declarations[0]!.id : declaration.id
    const shown = name?.type === "Identifier" ? name.name : "an export"
    const line = source.slice(0, node.start).split("\n").length
    // Overloads of a function share the comment on the first.
    const overload = declaration.type !== "VariableDeclaration" && shown === previousName
    previousName = shown
    return documented || overload ? [] : [`${path}:${line}: ${shown} has no doc comment`]
  })
}

/** Checks every library. */
export const checkDocumented = (): ReadonlyArray<string> =>
  libraries.flatMap(sourcesOf).filter((path) => !path.includes("/src/internal/")).flatMap((path) =>
    undocumentedIn(path, readText(path))
  )
