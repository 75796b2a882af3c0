import { describe, expect, it } from "vitest"
import { checkCircles, circlesIn } from "../circles.ts"

const file = (name: string, ...imports: ReadonlyArray<string>) => ({
  path: `packages/here/src/${name}.ts`,
  text: `// one\n${imports.join("\n")}\n`,
})

const circle = (...chain: ReadonlyArray<string>): string =>
  `${chain.map((name) => `packages/here/src/${name}`).join(" → ")}: a circle of files; ` +
  "move what both need to a file of its own"

describe("circles of files", () => {
  it("do not exist in this repository", () => {
    expect(checkCircles()).toEqual([])
  })

  it("are not seen where imports lead one way", () => {
    expect(circlesIn([
      file("A", `import { b } from "./B.ts"`, `import { c } from "./C.ts"`),
      file("B", `import { c } from "./C.ts"`),
      file("C", `import "effect/Effect"`),
    ])).toEqual([])
  })

  const back: ReadonlyArray<readonly [what: string, source: string]> = [
    ["a value import", `import { a } from "./A.ts"`],
    ["a type import", `import type { A } from "./A.ts"`],
    ["an inline type import", `import { type A } from "./A.ts"`],
    ["a dynamic import", `export const later = () => import("./A.ts")`],
    ["a type taken by import()", `export type A = import("./A.ts").A`],
    ["a re-export", `export { a } from "./A.ts"`],
    ["a re-export of everything", `export * from "./A.ts"`],
    ["an import for its effects", `import "./A.ts"`],
  ]
  it.each(back)("are found by %s", (_what, source) => {
    expect(circlesIn([file("A", `import { b } from "./B.ts"`), file("B", source)])).toEqual([
      circle("A.ts:2", "B.ts:2", "A.ts"),
    ])
  })

  it("are reported once each, by the shortest chain through their first file", () => {
    expect(circlesIn([
      file("inner/A", `import "./B.ts"`, `import "../C.ts"`),
      file("inner/B", `import "../C.ts"`),
      file("C", `import "./inner/A.ts"`, `import "./D.ts"`),
      file("D"),
      file("X", `import "./Y.ts"`, `import "./C.ts"`),
      file("Y", `import "./X.ts"`),
      file("Z", `import "./Z.ts"`),
    ])).toEqual([
      circle("C.ts:2", "inner/A.ts:3", "C.ts"),
      circle("X.ts:2", "Y.ts:2", "X.ts"),
      circle("Z.ts:2", "Z.ts"),
    ])
  })
})
