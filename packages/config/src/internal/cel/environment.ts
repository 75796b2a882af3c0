/** The language of expressions: CEL, with arithmetic over whole and other numbers, and with null as "not known". */
import { Environment } from "@marcbachmann/cel-js"
import { type EmitRecords, fieldsOf, isInside } from "./fields.ts"
import { linearMatches, matches } from "./patterns.ts"
import { unknown } from "./values.ts"

const notKnown = (): never => {
  throw unknown
}

/**
 * An environment in which fields have their types: it finds `sport > 5` without a record. Not for evaluating, as types
 * here are never null.
 */
export const checkingEnvironment = (emit: EmitRecords): Environment => {
  const environment = base()
  for (const type of ["double", "string", "bool"]) environment.registerOperator(`${type} == null: bool`, () => false)
  environment.registerOperator("double == int: bool", () => false)
  environment.registerOperator("double in list<int>: bool", () => false)
  for (const [name, field] of Object.entries(fieldsOf(emit))) {
    const kind = isInside(field) ? field.kind : field
    const type = kind === "number"
      ? "double"
      : kind === "flag"
      ? "bool"
      : kind === "any" || kind === "pair"
      ? "dyn"
      : "string"
    if (!environment.hasVariable(name)) environment.registerVariable(name, type)
  }
  return environment
}

/** An environment in which fields are what they are. */
export const evaluatingEnvironment = (emit: EmitRecords): Environment => {
  const environment = base()
  for (const operator of ["<", "<=", ">", ">=", "+", "-", "*", "/", "%"]) {
    const result = operator.startsWith("<") || operator.startsWith(">") ? "bool" : "dyn"
    for (const type of ["int", "double", "string", "bool"]) {
      environment.registerOperator(`null ${operator} ${type}: ${result}`, notKnown)
      environment.registerOperator(`${type} ${operator} null: ${result}`, notKnown)
    }
    environment.registerOperator(`null ${operator} null: ${result}`, notKnown)
  }
  environment.registerOperator("!null: bool", notKnown)
  environment.registerOperator("-null: dyn", notKnown)
  environment.registerFunction(`string.${linearMatches}(string): bool`, matches)
  for (const signature of ofNull) environment.registerFunction(signature, notKnown)
  for (const name of Object.keys(fieldsOf(emit))) {
    // A word of the language, such as `type`, keeps its meaning: no expression can name such a field.
    if (!environment.hasVariable(name)) environment.registerVariable(name, "dyn")
  }
  return environment
}

const ofNull = [
  ...["startsWith", "endsWith", "contains", "matches", linearMatches].map((name) => `null.${name}(string): bool`),
  ...["lowerAscii", "upperAscii", "trim"].map((name) => `null.${name}(): string`),
  "matches(null, string): bool",
  "null.size(): int",
  "size(null): int",
  "string(null): string",
  "int(null): int",
  "double(null): double",
  "decimal(null): double",
  "probability(null): double",
  "timestamp(null): google.protobuf.Timestamp",
]

type Numeric = number | bigint

const arithmetic: { readonly [operator: string]: (a: number, b: number) => number } = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
}

/** Numbers of JSON are doubles, and `5` in an expression is an int: CEL by itself would not add them. */
const base = (): Environment => {
  const environment = new Environment({ homogeneousAggregateLiterals: false })
  for (const [operator, apply] of Object.entries(arithmetic)) {
    const mixed = (a: Numeric, b: Numeric): number => apply(Number(a), Number(b))
    environment.registerOperator(`double ${operator} int: double`, mixed)
    environment.registerOperator(`int ${operator} double: double`, mixed)
  }
  environment.registerFunction("matches(string, string): bool", matches)
  environment.registerOperator("double % double: double", (a: number, b: number) => a % b)
  for (const type of ["double", "int"]) {
    environment.registerFunction(`decimal(${type}): double`, (odds: Numeric) => decimalOdds(Number(odds)))
    environment.registerFunction(`probability(${type}): double`, (odds: Numeric) => 1 / decimalOdds(Number(odds)))
  }
  return environment
}

/** Decimal odds of American ones. Source: +150 pays 1.5 for 1 staked, -150 pays 1 for 1.5. */
const decimalOdds = (american: number): number => 1 + (american > 0 ? american / 100 : 100 / -american)
