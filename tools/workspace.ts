/** The packages of this repository, as they lie in its folders. */
import { globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** The repository's root folder. */
export const root: string = dirname(import.meta.dirname)

/** The fields of a package.json that the checks read. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly license?: string
  readonly engines?: { readonly node: string }
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** One package of the workspace. */
export interface WorkspacePackage {
  readonly name: string
  /** From the root, with forward slashes: `packages/state`. */
  readonly folder: string
  readonly manifest: Manifest
}

const readManifest = (path: string): Manifest => JSON.parse(readFileSync(join(root, path), "utf8"))

const packagesIn = (pattern: string): ReadonlyArray<WorkspacePackage> =>
  globSync(pattern, { cwd: root }).toSorted().map((path) => {
    const manifest = readManifest(path)
    return { name: manifest.name, folder: dirname(path).replaceAll("\\", "/"), manifest }
  })

/** The libraries, in the order of their folders. `packages/testing` is private: no rule for published code applies. */
export const libraries: ReadonlyArray<WorkspacePackage> = [
  ...packagesIn("packages/*/package.json"),
  ...packagesIn("packages/sinks/*/package.json"),
].filter(({ manifest }) => manifest.private !== true)

/** The commands. */
export const apps: ReadonlyArray<WorkspacePackage> = packagesIn("apps/*/package.json")

/** The TypeScript files of a package's `src`, from the root. */
export const sourcesOf = (member: WorkspacePackage): ReadonlyArray<string> =>
  globSync(`${member.folder}/src/**/*.ts`, { cwd: root }).map((path) => path.replaceAll("\\", "/")).toSorted()

/** The text of a file, by its path from the root. */
export const readText = (path: string): string => readFileSync(join(root, path), "utf8")
