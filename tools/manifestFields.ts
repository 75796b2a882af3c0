/**
 * The fields that every published manifest has, made of the root's: `node tools/manifestFields.ts` writes them.
 *
 * The address of the repository is in package.json of the root alone.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { apps, libraries, readText, root, type WorkspacePackage } from "./workspace.ts"

/** A package.json, or a part of one. */
export interface Fields {
  readonly [field: string]: unknown
}

/** Words by which each package is found. */
export const commonKeywords: ReadonlyArray<string> = ["boltodds", "odds", "sports-betting", "sportsbook", "live-odds"]

/** What the changelog of a package is called: a copy of the root's, made when it is packed. */
export const changelog = "CHANGELOG.md"

/** What a manifest must have, by the package and the manifest of the root. Its own keywords stay after the common ones. */
export const wantedFields = (
  { folder }: Pick<WorkspacePackage, "folder">,
  own: Fields,
  rootManifest: Fields,
): Fields => {
  const repository = rootManifest["repository"] as { readonly type: string; readonly url: string }
  const keywords = (own["keywords"] ?? []) as ReadonlyArray<string>
  const files = (own["files"] ?? []) as ReadonlyArray<string>
  return {
    repository: { ...repository, directory: folder },
    homepage: `${rootManifest["homepage"]}/tree/main/${folder}#readme`,
    bugs: rootManifest["bugs"],
    keywords: [...commonKeywords, ...keywords.filter((word) => !commonKeywords.includes(word))],
    files: files.includes(changelog) ? files : [...files, changelog],
  }
}

/** The manifest with these fields: new ones follow the license. */
export const withFields = (own: Fields, wanted: Fields): Fields => {
  const entries = Object.entries(own).map(([field, value]) => [field, field in wanted ? wanted[field] : value] as const)
  const at = entries.findIndex(([field]) => field === "license") + 1
  const added = Object.entries(wanted).filter(([field]) => !(field in own))
  return Object.fromEntries([...entries.slice(0, at), ...added, ...entries.slice(at)])
}

/** Published packages, in the order of their folders. */
export const published = (): ReadonlyArray<WorkspacePackage> =>
  [...libraries, ...apps].filter(({ manifest }) => manifest.private !== true)

if (import.meta.main) {
  const rootManifest: Fields = JSON.parse(readText("package.json"))
  for (const member of published()) {
    const path = `${member.folder}/package.json`
    const own: Fields = JSON.parse(readText(path))
    const text = `${JSON.stringify(withFields(own, wantedFields(member, own, rootManifest)), undefined, 2)}\n`
    writeFileSync(join(root, path), text)
  }
}
