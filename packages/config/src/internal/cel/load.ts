/** Expressions, loaded for the first document that has one: the library of CEL is large, and slow to load. */
import * as Effect from "effect/Effect"
import type { checkExpression } from "./checkExpression.ts"
import type { compile } from "./compile.ts"
import type { comparedNames, namedFields } from "./names.ts"

interface Expressions {
  readonly checkExpression: typeof checkExpression
  readonly compile: typeof compile
  readonly comparedNames: typeof comparedNames
  readonly namedFields: typeof namedFields
}

let loaded: Expressions | undefined

/** Loads what {@link expressions} gives. To be run before a document's first expression is checked. */
export const loadExpressions: Effect.Effect<void> = Effect.suspend(() =>
  loaded === undefined
    ? Effect.promise(async () => {
      const [{ checkExpression }, { compile }, { comparedNames, namedFields }] = await Promise.all([
        import("./checkExpression.ts"),
        import("./compile.ts"),
        import("./names.ts"),
      ])
      loaded = { checkExpression, compile, comparedNames, namedFields }
    })
    : Effect.void
)

/** What there is for expressions. Throws before {@link loadExpressions}. */
export const expressions = (): Expressions => {
  if (loaded === undefined) throw new Error("Expressions are not loaded")
  return loaded
}
