/** Expressions, checked against the fields of an emit before anything runs. */
import { nearestNames } from "@boltodds/text"
import { type ASTNode, type Environment, ParseError, TypeError } from "@marcbachmann/cel-js"
import { type ExpressionFinding, suggestName } from "../Findings.ts"
import { onePatternTooMany, wrongConstants } from "./constants.ts"
import { checkingEnvironment, evaluatingEnvironment } from "./environment.ts"
import { costlyLoops, partsOfNode } from "./nodes.ts"
import type { FieldKind } from "../../Plugin.ts"
import { type EmitRecords, fieldsOf } from "./fields.ts"

const environments = new WeakMap<EmitRecords, Environment>()

const environmentOf = (emit: EmitRecords): Environment => {
  const known = environments.get(emit) ?? checkingEnvironment(emit)
  environments.set(emit, known)
  return known
}

const evaluators = new WeakMap<EmitRecords, Environment>()

const evaluating = (emit: EmitRecords): Environment => {
  const known = evaluators.get(emit) ?? evaluatingEnvironment(emit)
  evaluators.set(emit, known)
  return known
}

/** The longest expression that is read: beyond it nobody can say what it means. */
const longest = 10_000

/** Checks an expression. `wants`: a `predicate` must give true or false. `others`: emits that may have a field it names. */
export const checkExpression = (
  text: string,
  emit: EmitRecords,
  wants: "predicate" | "formula",
  others: Iterable<EmitRecords> = [],
): ReadonlyArray<ExpressionFinding> => {
  const whole = { start: 0, end: text.length, isError: true }
  if (text.trim() === "") {
    return [{ ...whole, message: "Cannot use this expression: it is empty", remedy: "write one, or leave it out" }]
  }
  if (text.length > longest) {
    return [{
      ...whole,
      message: "Cannot use this expression: it is too long",
      remedy: `stay below ${longest} characters`,
    }]
  }
  try {
    const parsed = environmentOf(emit).parse(text)
    const costly = [...costlyLoops(parsed.ast), ...onePatternTooMany(parsed.ast)]
    if (costly.length > 0) return costly
    const { valid, type, error } = parsed.check()
    if (!valid) return [explain(error, text, emit, others)]
    if (wants === "predicate" && type !== "bool" && type !== "dyn") {
      const message = `Cannot use this condition: it gives ${typeNames[type ?? ""] ?? type}, not true or false`
      return [{ ...whole, message, remedy: "compare it with something, as in `odds >= 150`" }]
    }
    return [...wrongConstants(parsed.ast, text, evaluating(emit)), ...unknownTexts(parsed.ast, emit)]
  } catch (cause) {
    return [explain(cause, text, emit, others)]
  }
}

const typeNames: { readonly [type: string]: string } = {
  double: "a number",
  int: "a number",
  string: "a text",
  null: "null",
}

const explain = (
  cause: unknown,
  text: string,
  emit: EmitRecords,
  others: Iterable<EmitRecords>,
): ExpressionFinding => {
  const known = cause instanceof ParseError || cause instanceof TypeError ? cause : undefined
  const summary = known?.summary ?? (cause instanceof Error ? cause.message.split("\n")[0]! : String(cause))
  const start = Math.min(known?.range?.start ?? 0, text.length)
  const end = Math.max(start, Math.min(known?.range?.end ?? text.length, text.length))
  const where = { start, end, isError: true }
  const names = Object.keys(fieldsOf(emit))
  if (known?.code === "unknown_variable") {
    const name = text.slice(start, end)
    const message = `Cannot use this expression: a record of \`${emit.name}\` has no field \`${name}\``
    const other = [...others].find((each) => each !== emit && Object.hasOwn(fieldsOf(each), name))?.name
    const remedy = other === undefined
      ? suggestName(name, names, "its fields")
      : `\`${other}\` has it: write \`emit: ${other}\`, or use another field`
    return { ...where, message, remedy }
  }
  return { ...where, message: `Cannot use this expression: ${plainWords(summary)}`, remedy: remedyFor(known?.code) }
}

/** In the words of this documentation. */
const plainWords = (summary: string): string => {
  const words = summary.charAt(0).toLowerCase() + summary.slice(1)
  return words.replaceAll("double", "number").replace("unexpected token: EOF", "it ends too early")
}

const remedyFor = (code: string | undefined): string => {
  switch (code) {
    case "no_such_overload":
      return "compare and combine values of one type; texts stand in quotes"
    case "no_matching_overload":
      return "use a function of CEL on a value it is made for"
    case "incompatible_ternary_branches":
      return "give both branches one type; beside a field that is a number write 0.0, not 0"
    case "invalid_logical_operand":
      return "put conditions on both sides of && and ||"
    default:
      return 'write it in CEL, as in `sport == "NBA" && odds >= 150`'
  }
}

/** Whether a field has a list of known texts. */
const isTexts = (kind: FieldKind | undefined): kind is ReadonlyArray<string> => Array.isArray(kind)

/** Comparisons that no record known today can meet: `change == "line_move"`. New kinds may come, so it is a warning. */
const unknownTexts = (node: ASTNode, emit: EmitRecords): ReadonlyArray<ExpressionFinding> => {
  const inside = partsOfNode(node).flatMap((part) => unknownTexts(part, emit))
  if (node.op !== "==" && node.op !== "!=" && node.op !== "in") return inside
  const [left, right] = node.args
  const [field, other] = left.op === "id" ? [left, right] : [right, left]
  const kind = field.op === "id" ? fieldsOf(emit)[field.args] : undefined
  if (field.op !== "id" || !isTexts(kind)) return inside
  const compared = other.op === "list" ? other.args : [other]
  return [
    ...inside,
    ...compared.flatMap((literal) => {
      const text = literal.op === "value" ? literal.args : undefined
      if (typeof text !== "string" || kind.includes(text)) return []
      const [near] = nearestNames(text, kind)
      return [{
        start: literal.start,
        end: literal.end,
        isError: false,
        message: `No known record has the ${field.args} "${text}"`,
        remedy: near === undefined ? `known: ${kind.join(", ")}` : `did you mean "${near}"?`,
      }]
    }),
  ]
}
