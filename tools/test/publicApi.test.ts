import { describe, expect, it } from "vitest"
import { exportsOf, homonymsIn } from "../publicApi.ts"

const files: Readonly<Record<string, string>> = {
  "p/dist/index.d.ts": `export * from "./Lane.js"
export type { Loss as LaneLoss } from "./Loss.ts"
export { Effect } from "effect"
declare const local: number
export { local as shown }
`,
  "p/dist/Lane.d.ts": `/** A lane. */
export interface Lane<in A> {
    /** Its name. */
    readonly name: string;
}
/** Makes one. */
export declare const makeLane: <A>(name: string) => Lane<A>;
export declare function route(a: string): void;
export declare function route(a: number): void;
interface Hidden {
}
`,
  "p/dist/Loss.d.ts": "export interface Loss {\n    readonly count: number;\n}\n",
}

const exported = exportsOf("p/dist/index.d.ts", (path) => files[path]!)

describe("the list of public names", () => {
  it("has every exported name with its signature, wherever it is declared, without comments", () => {
    expect(Object.fromEntries(exported)).toEqual({
      Lane: "interface Lane<in A> {\n    readonly name: string;\n}",
      makeLane: "const makeLane: <A>(name: string) => Lane<A>;",
      route: "function route(a: string): void;\nfunction route(a: number): void;",
      LaneLoss: "interface Loss {\n    readonly count: number;\n} (in its file Loss)",
      Effect: "Effect: of effect",
      shown: "const local: number (in its file local)",
    })
  })

  it("finds a name that two packages use for different things", () => {
    const limits = new Map([["Limits", "interface Limits { a }"]])
    expect(homonymsIn([["one", limits], ["two", new Map([["Limits", "interface Limits { b }"]])]])).toEqual([
      "two and one both export Limits, with different meanings; rename one of them",
    ])
    expect(homonymsIn([["one", limits], ["two", new Map([["Limits", "Limits: of one"]])]])).toEqual([])
  })
})
