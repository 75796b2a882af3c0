/** The tarballs of a version, as they are published. */
import { spawnSync } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { changelog, published } from "../manifestFields.ts"
import { packedReadme } from "../packedReadme.ts"
import { root, type WorkspacePackage } from "../workspace.ts"

/** A packed package. */
export interface Packed {
  readonly name: string
  readonly version: string
  /** Where its tarball is. */
  readonly file: string
}

/** Runs a program to its end. Throws with what it wrote where it fails. */
export const runTool = (
  command: string,
  args: ReadonlyArray<string>,
  { cwd = root, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): string => {
  const PATH = [join(root, "node_modules", ".bin"), join(root, ".tools", "node_modules", ".bin"), process.env["PATH"]]
    .join(delimiter)
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: "1", npm_config_loglevel: "notice", PATH, ...env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? `${stdout}\n${stderr}`}`)
}

/** In the order in which they may be published: a package follows what it depends on. */
export const inOrder = (members: ReadonlyArray<WorkspacePackage>): ReadonlyArray<WorkspacePackage> => {
  const byName = new Map(members.map((member) => [member.name, member]))
  const ordered = new Set<WorkspacePackage>()
  const visit = (member: WorkspacePackage): void => {
    if (ordered.has(member)) return
    for (const name of Object.keys(member.manifest.dependencies ?? {})) {
      const needed = byName.get(name)
      if (needed !== undefined) visit(needed)
    }
    ordered.add(member)
  }
  members.forEach(visit)
  return [...ordered]
}

/**
 * Packs every published package, or those of these names, into a folder. `dist` must have been built. In each the
 * changelog is that of the repository, and links of its README lead to the repository at `ref`.
 */
export const packAll = (to: string, ref: string, names?: ReadonlySet<string>): ReadonlyArray<Packed> => {
  mkdirSync(to, { recursive: true })
  const { homepage } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly homepage: string }
  const chosen = inOrder(published()).filter(({ name }) => names === undefined || names.has(name))
  return chosen.map((member) => packOne(member, to, homepage, ref))
}

const packOne = ({ name, folder, manifest }: WorkspacePackage, to: string, address: string, ref: string): Packed => {
  const work = mkdtempSync(join(tmpdir(), "boltodds-pack-"))
  try {
    // pnpm writes the versions in place of `workspace:^`.
    runTool("pnpm", ["pack", "--pack-destination", work], { cwd: join(root, folder) })
    const [tarball] = readdirSync(work)
    runTool("tar", ["-xzf", tarball!], { cwd: work })
    const inside = join(work, "package")
    const readme = packedReadme(readFileSync(join(inside, "README.md"), "utf8"), {
      folder,
      address,
      ref,
      exists: (path) => existsSync(join(root, path)),
    })
    writeFileSync(join(inside, "README.md"), readme.text)
    const changes = join(root, changelog)
    if (existsSync(changes)) copyFileSync(changes, join(inside, changelog))
    const [{ filename }] = JSON.parse(
      runTool("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", to], { cwd: inside }),
    ) as [{ readonly filename: string }]
    return { name, version: manifest.version, file: join(to, filename) }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
