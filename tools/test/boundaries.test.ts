import { describe, expect, it } from "vitest"
import { allowedFor, arrows, checkBoundaries, type SourceFile, violationsOf } from "../boundaries.ts"
import { apps, libraries, readText } from "../workspace.ts"

const file = (owner: string, text: string, more: Partial<SourceFile> = {}): SourceFile => ({
  owner,
  app: owner.startsWith("boltodds-"),
  folder: "packages/here",
  path: "packages/here/src/File.ts",
  text,
  declared: new Set([
    "effect",
    "@boltodds/protocol",
    "@boltodds/connection",
    "@boltodds/state",
    "@boltodds/sink",
    "boltodds-board",
  ]),
  ...more,
})

const againstTheArrow = (line: number, owner: string, target: string, may: string) =>
  `packages/here/src/File.ts:${line}: ${owner} may not import ${target} (it may: ${may})`

describe("the boundaries", () => {
  it("hold in this repository", () => {
    expect(checkBoundaries()).toEqual([])
  })

  it("have arrows for every library", () => {
    const unknown = libraries.map(({ name }) => name).filter((name) => !name.startsWith("@boltodds/sink-"))
    expect(unknown.filter((name) => arrows[name] === undefined)).toEqual([])
  })

  it("are what the table of the architecture says, row by row", () => {
    const rows = [
      ...readText("docs/architecture.md").matchAll(
        /^\| `((?:packages|apps)\/[^`]+)` +\| `([^`]+)` +\|[^|]*\| ([^|]+?) +\|$/gm,
      ),
    ].map(([, folder, name, may]) => ({ folder, name, may }))
    const short = (names: ReadonlyArray<string>): string => names.toSorted().join(", ") || "–"
    const told = rows.map(({ may, ...row }) => ({ ...row, may: may === "everything" ? may : short(may!.split(", ")) }))
    const meant = [
      ...libraries.map(({ folder, name }) => ({
        folder,
        name,
        may: short((allowedFor(name) ?? []).map((target) => target.replace("@boltodds/", ""))),
      })),
      ...apps.map(({ folder, name }) => ({ folder, name, may: "everything" })),
    ]
    const byFolder = <A extends { readonly folder?: string | undefined }>(a: A, b: A): number =>
      a.folder! < b.folder! ? -1 : 1
    expect(told.toSorted(byFolder)).toEqual(meant.toSorted(byFolder))
  })

  it("contain no circle", () => {
    const reach = (name: string, seen: ReadonlyArray<string>): ReadonlyArray<string> =>
      (arrows[name] ?? []).flatMap((next) => seen.includes(next) ? [next] : reach(next, [...seen, next]))
    expect(Object.keys(arrows).flatMap((name) => reach(name, [name]))).toEqual([])
  })

  const planted: ReadonlyArray<readonly [what: string, source: string]> = [
    ["a value import", `import { apply } from "@boltodds/state"`],
    ["a namespace import", `import * as State from "@boltodds/state"`],
    ["a type import", `import type { State } from "@boltodds/state"`],
    ["an inline type import", `import { type State } from "@boltodds/state"`],
    ["an import for its effects", `import "@boltodds/state"`],
    ["a re-export", `export { apply } from "@boltodds/state"`],
    ["a re-export of everything", `export * from "@boltodds/state"`],
    ["a re-export of types", `export type * from "@boltodds/state"`],
    ["a dynamic import", `export const later = () => import("@boltodds/state")`],
    ["a type taken by import()", `export type State = import("@boltodds/state").State`],
  ]
  it.each(planted)("catch %s against the arrows", (_what, source) => {
    expect(violationsOf(file("@boltodds/connection", `// one\n${source}\n`))).toEqual([
      againstTheArrow(
        2,
        "@boltodds/connection",
        "@boltodds/state",
        "@boltodds/protocol, @boltodds/text, @boltodds/machine",
      ),
    ])
  })

  it("refuse a dynamic import that cannot be read", () => {
    expect(() => violationsOf(file("@boltodds/state", `export const load = (name: string) => import(name)`)))
      .toThrow("its specifier must be a string literal")
  })

  it("leave a module alone that a user names by its place on their disk", () => {
    const load = "export const load = (file: string) => import(pathToFileURL(file).href)"
    expect(violationsOf(file("boltodds-pipe", `import { pathToFileURL } from "node:url"\n${load}\n`))).toEqual([])
  })

  it("keep sinks from each other and from the connection", () => {
    const source = `import "@boltodds/sink"\nimport "@boltodds/connection"\nimport "@boltodds/sink-file"\n`
    const may = "@boltodds/sink, @boltodds/protocol, @boltodds/text, @boltodds/machine"
    expect(violationsOf(file("@boltodds/sink-stdout", source))).toEqual([
      againstTheArrow(2, "@boltodds/sink-stdout", "@boltodds/connection", may),
      againstTheArrow(3, "@boltodds/sink-stdout", "@boltodds/sink-file", may),
    ])
  })

  it("let apps import every library, but of another app only its command", () => {
    const source = `import "@boltodds/state"
import "@boltodds/sink"
import "boltodds-board/command"
import "boltodds-board"
`
    expect(violationsOf(file("boltodds-pipe", source))).toEqual([
      "packages/here/src/File.ts:4: boltodds-board is an app; only another app may import it, and only its /command",
    ])
  })

  it("keep libraries from apps", () => {
    expect(violationsOf(file("@boltodds/state", `import "boltodds-board/command"`))).toHaveLength(1)
  })

  it("keep relative imports inside the package", () => {
    const source = `import "./Other.ts"\nimport "../test/Fixture.ts"\nimport "../../protocol/src/Odds.ts"\n`
    expect(violationsOf(file("@boltodds/state", source))).toEqual([
      "packages/here/src/File.ts:3: ../../protocol/src/Odds.ts leaves the package; import it by the name of its package",
    ])
  })

  it("keep deep imports out", () => {
    expect(violationsOf(file("@boltodds/state", `import "@boltodds/protocol/src/Odds.ts"`))).toEqual([
      "packages/here/src/File.ts:1: @boltodds/protocol/src/Odds.ts is inside @boltodds/protocol; import an entry that it exports",
    ])
  })

  it("keep node: out of what runs in browsers", () => {
    expect(violationsOf(file("@boltodds/state", `import "node:fs"`))).toHaveLength(1)
    expect(violationsOf(file("@boltodds/connection", `import "node:fs"`))).toEqual([])
  })

  it("keep node:readline out, which tears records at U+2028", () => {
    const source = `import { createInterface } from "node:readline"\nimport "node:readline/promises"\n`
    expect(violationsOf(file("boltodds-pipe", source))).toEqual(
      [1, 2].map((line) =>
        `packages/here/src/File.ts:${line}: node:readline ends lines at U+2028 too; use readLines of @boltodds/text`
      ),
    )
  })

  it("name a package that is used but not declared", () => {
    expect(violationsOf(file("@boltodds/connection", `import "ws"`))).toEqual([
      "packages/here/src/File.ts:1: ws is not in packages/here/package.json",
    ])
  })

  it("ask for arrows when a library is new", () => {
    expect(violationsOf(file("@boltodds/new", ""))).toEqual([
      "packages/here/src/File.ts: @boltodds/new has no arrows; add it to tools/boundaries.ts and docs/architecture.md",
    ])
  })
})
