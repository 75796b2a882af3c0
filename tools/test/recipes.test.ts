/** The recipes for contributors name files that exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { root } from "../workspace.ts"

const folder = join(root, "docs/contributing")
const recipes = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md")

it.each(recipes)("%s names no file or folder of this repository that does not exist", (name) => {
  const text = readFileSync(join(folder, name), "utf8")
  const paths = [...text.matchAll(/`((?:apps|bench|docs|examples|packages|tools)\/[\w./-]+)`/g)].map(([, path]) =>
    path!
  )
  expect(paths.length).toBeGreaterThan(0)
  expect(paths.filter((path) => !/NAME|Name|FAMILY/.test(path) && !existsSync(join(root, path)))).toEqual([])
})
