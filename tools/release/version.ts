/**
 * Makes the next version: `node tools/release/version.ts`. Writes it into every manifest, makes a section of the
 * changelog of the changesets, and removes these. Commit what it changed.
 *
 * The text of docs/release-notes/VERSION.md, where there is one, takes the place of the changesets' own.
 */
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { published } from "../manifestFields.ts"
import { root } from "../workspace.ts"
import { nextVersion, readChangeset, section, withSection } from "./changelog.ts"

const pathOf = (path: string): string => join(root, path)

const write = (path: string, edit: (text: string) => string): void => {
  const before = readFileSync(pathOf(path), "utf8")
  const after = edit(before)
  if (after === before) throw new Error(`Cannot write the version into ${path}: it has none`)
  writeFileSync(pathOf(path), after)
}

const names = globSync(".changeset/*.md", { cwd: root }).filter((name) => !name.endsWith("README.md")).toSorted()
const changesets = names.map((name) => readChangeset(name, readFileSync(pathOf(name), "utf8")))
const members = published()
const [first] = members
const version = nextVersion(first!.manifest.version, changesets.map(({ step }) => step))

for (const { folder } of members) {
  for (const file of ["package.json", "deno.json"].filter((file) => existsSync(pathOf(`${folder}/${file}`)))) {
    write(`${folder}/${file}`, (text) => text.replace(/^( {2}"version": )"[^"]*"/m, `$1"${version}"`))
  }
}
write("python/boltodds.py", (text) => text.replace(/^__version__ = ".*"$/m, `__version__ = "${version}"`))

const notes = pathOf(`docs/release-notes/${version}.md`)
const changelog = pathOf("CHANGELOG.md")
const date = new Date().toISOString().slice(0, 10)
const added = section(version, date, changesets, existsSync(notes) ? readFileSync(notes, "utf8") : undefined)
writeFileSync(changelog, withSection(existsSync(changelog) ? readFileSync(changelog, "utf8") : undefined, added))
for (const name of names) rmSync(pathOf(name))

process.stdout.write(`${version}: ${members.length} packages, ${changesets.length} changesets\n`)
