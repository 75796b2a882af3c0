/** Fields that an expression names. */
import type { ASTNode } from "@marcbachmann/cel-js"
import type { EmitName } from "../../Plugin.ts"
import { evaluatingEnvironment } from "./environment.ts"
import { partsOfNode } from "./nodes.ts"
import { fieldsOf } from "./fields.ts"

/** The fields of this emit that a checked expression names, each once, in their order. */
export const namedFields = (text: string, emit: EmitName): ReadonlyArray<string> => {
  const fields = fieldsOf(emit)
  const names = namesIn(evaluatingEnvironment(emit).parse(text).ast)
  return [...new Set(names.filter((name) => Object.hasOwn(fields, name)))]
}

const namesIn = (node: ASTNode): ReadonlyArray<string> =>
  node.op === "id" ? [node.args] : partsOfNode(node).flatMap(namesIn)
