/** The arrows between the packages, as data, and the check that every import follows them. */
import { importsOf } from "./imports.ts"
import { apps, libraries, readText, root, sourcesOf } from "./workspace.ts"

/** What each library may import of this repository. Everything points one way; sinks are all alike. */
export const arrows: Readonly<Record<string, ReadonlyArray<string>>> = {
  "@boltodds/text": [],
  "@boltodds/odds": [],
  "@boltodds/machine": ["@boltodds/text"],
  "@boltodds/protocol": [],
  "@boltodds/market": ["@boltodds/protocol", "@boltodds/odds", "@boltodds/text"],
  "@boltodds/state": ["@boltodds/protocol"],
  "@boltodds/connection": ["@boltodds/protocol", "@boltodds/text", "@boltodds/machine"],
  "@boltodds/sink": ["@boltodds/protocol", "@boltodds/text"],
  "@boltodds/tables": ["@boltodds/protocol"],
  "@boltodds/lane": ["@boltodds/sink", "@boltodds/protocol", "@boltodds/text"],
  "@boltodds/nats": ["@boltodds/sink", "@boltodds/protocol", "@boltodds/text"],
  "@boltodds/redis": ["@boltodds/sink", "@boltodds/protocol", "@boltodds/text"],
  "@boltodds/outbox": ["@boltodds/sink", "@boltodds/protocol", "@boltodds/machine"],
  "@boltodds/pipeline": ["@boltodds/lane", "@boltodds/sink", "@boltodds/state", "@boltodds/protocol"],
  "@boltodds/signals": [
    "@boltodds/market",
    "@boltodds/odds",
    "@boltodds/protocol",
    "@boltodds/lane",
    "@boltodds/pipeline",
    "@boltodds/sink",
    "@boltodds/state",
  ],
  "@boltodds/view": ["@boltodds/market", "@boltodds/odds", "@boltodds/protocol", "@boltodds/signals"],
  "@boltodds/config": [
    "@boltodds/pipeline",
    "@boltodds/lane",
    "@boltodds/sink",
    "@boltodds/protocol",
    "@boltodds/text",
    "@boltodds/machine",
  ],
  "@boltodds/feed-server": ["@boltodds/protocol", "@boltodds/text"],
  "@boltodds/simulator": ["@boltodds/feed-server", "@boltodds/protocol", "@boltodds/text"],
  "@boltodds/serve": [
    "@boltodds/feed-server",
    "@boltodds/pipeline",
    "@boltodds/lane",
    "@boltodds/sink",
    "@boltodds/protocol",
    "@boltodds/text",
  ],
  "@boltodds/parts": [
    "@boltodds/config",
    "@boltodds/connection",
    "@boltodds/machine",
    "@boltodds/market",
    "@boltodds/nats",
    "@boltodds/odds",
    "@boltodds/outbox",
    "@boltodds/pipeline",
    "@boltodds/protocol",
    "@boltodds/redis",
    "@boltodds/serve",
    "@boltodds/signals",
    "@boltodds/simulator",
    "@boltodds/sink",
    "@boltodds/sink-file",
    "@boltodds/sink-parquet",
    "@boltodds/sink-postgres",
    "@boltodds/sink-stdout",
    "@boltodds/sink-webhook",
    "@boltodds/state",
    "@boltodds/tables",
    "@boltodds/text",
  ],
  boltodds: [
    "@boltodds/config",
    "@boltodds/connection",
    "@boltodds/lane",
    "@boltodds/parts",
    "@boltodds/pipeline",
    "@boltodds/protocol",
    "@boltodds/state",
  ],
}

const sinkArrows = ["@boltodds/sink", "@boltodds/protocol", "@boltodds/text", "@boltodds/machine"]

/** What some sinks may import besides: the columns of records, and a sink that they write through. */
const moreArrows: Readonly<Record<string, ReadonlyArray<string>>> = {
  "@boltodds/sink-file": ["@boltodds/tables"],
  "@boltodds/sink-postgres": ["@boltodds/tables"],
  "@boltodds/sink-parquet": ["@boltodds/tables", "@boltodds/sink-file"],
}

/** Libraries that run in a browser: no `node:` imports at all. */
const portable: ReadonlySet<string> = new Set([
  "@boltodds/text",
  "@boltodds/odds",
  "@boltodds/protocol",
  "@boltodds/market",
  "@boltodds/state",
  "@boltodds/signals",
  "@boltodds/view",
  "@boltodds/tables",
])

/** A source file, with the package it belongs to. */
export interface SourceFile {
  readonly owner: string
  /** Whether the owner is an app: apps may import every library. */
  readonly app: boolean
  /** The owner's folder from the root. */
  readonly folder: string
  readonly path: string
  readonly text: string
  /** The packages that the owner's package.json names. */
  readonly declared: ReadonlySet<string>
}

/** What a library may import of this repository; undefined where it has no arrows. */
export const allowedFor = (owner: string): ReadonlyArray<string> | undefined =>
  owner.startsWith("@boltodds/sink-") ? [...sinkArrows, ...moreArrows[owner] ?? []] : arrows[owner]

/** Everything that the libraries export: `@boltodds/connection`, `@boltodds/connection/node`. */
const entryPoints: ReadonlySet<string> = new Set(
  libraries.flatMap(({ name, manifest }) => Object.keys(manifest.exports ?? {}).map((entry) => name + entry.slice(1))),
)

const packageOf = (specifier: string): string =>
  specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

/** What one file imports against the arrows, one sentence each. */
export const violationsOf = (file: SourceFile): ReadonlyArray<string> => {
  const violations: Array<string> = []
  const allowed = allowedFor(file.owner)
  if (!file.app && allowed === undefined) {
    return [`${file.path}: ${file.owner} has no arrows; add it to tools/boundaries.ts and docs/architecture.md`]
  }
  for (const { specifier, line } of importsOf(file.path, file.text)) {
    const at = `${file.path}:${line}`
    if (specifier.startsWith(".")) {
      const target = new URL(specifier, `file:///${file.path}`).pathname.slice(1)
      if (!target.startsWith(`${file.folder}/`)) {
        violations.push(`${at}: ${specifier} leaves the package; import it by the name of its package`)
      }
      continue
    }
    if (specifier.startsWith("node:readline")) {
      violations.push(`${at}: node:readline ends lines at U+2028 too; use readLines of @boltodds/text`)
    }
    if (specifier.startsWith("node:")) {
      if (portable.has(file.owner)) {
        violations.push(`${at}: ${file.owner} runs in browsers too and cannot use ${specifier}`)
      }
      continue
    }
    const target = packageOf(specifier)
    if (target.startsWith("@boltodds/") && !file.app && !allowed!.includes(target)) {
      violations.push(`${at}: ${file.owner} may not import ${target} (it may: ${allowed!.join(", ") || "none"})`)
    } else if (target.startsWith("@boltodds/") && !entryPoints.has(specifier)) {
      violations.push(`${at}: ${specifier} is inside ${target}; import an entry that it exports`)
    } else if (target.startsWith("boltodds-") && !(file.app && specifier === `${target}/command`)) {
      violations.push(`${at}: ${target} is an app; only another app may import it, and only its /command`)
    } else if (!file.declared.has(target)) {
      violations.push(`${at}: ${target} is not in ${file.folder}/package.json`)
    }
  }
  return violations
}

/** Checks every source file of every package and app. */
export const checkBoundaries = (): ReadonlyArray<string> =>
  [...libraries, ...apps].flatMap((member) => {
    const app = member.folder.startsWith("apps/")
    const { dependencies = {}, peerDependencies = {} } = member.manifest
    const bundled = app ? (JSON.parse(readText(`${member.folder}/package.json`)).devDependencies ?? {}) : {}
    const declared = new Set(Object.keys({ ...dependencies, ...peerDependencies, ...bundled }))
    return sourcesOf(member).flatMap((path) =>
      violationsOf({ owner: member.name, app, folder: member.folder, path, text: readText(path), declared })
    )
  })

if (import.meta.main) {
  const violations = checkBoundaries()
  for (const violation of violations) console.error(violation)
  console.error(`${violations.length} imports against the arrows in ${root}`)
  process.exitCode = violations.length === 0 ? 0 : 1
}
