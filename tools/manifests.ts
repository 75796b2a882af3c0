/** What package.json and deno.json of one library must agree on. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { apps, libraries, type Manifest, readText, root } from "./workspace.ts"

/** The fields of a library's deno.json that the check reads. */
export interface DenoManifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly exports: string | Readonly<Record<string, string>>
}

/** Entry point to source file, as one of the two manifests says. */
const denoExports = ({ exports }: DenoManifest): Record<string, string> =>
  typeof exports === "string" ? { ".": exports } : { ...exports }

const npmExports = ({ exports = {} }: Manifest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(exports).flatMap(([entry, target]) => {
      const source = typeof target === "string" ? undefined : target["@boltodds/source"]
      return source === undefined ? [] : [[entry, source]]
    }),
  )

/** Each entry's `types` and `default` must be what its source is compiled to. */
const wrongTargets = ({ exports = {} }: Manifest): ReadonlyArray<string> =>
  Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === "string") {
      return target === "./package.json" ? [] : [`exports["${entry}"] must name its source, types and default`]
    }
    const compiled = target["@boltodds/source"]?.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, "")
    const wanted = { types: `${compiled}.d.ts`, default: `${compiled}.js` }
    return Object.entries(wanted).flatMap(([condition, path]) =>
      target[condition] === path ? [] : [`exports["${entry}"].${condition} must be ${path}: it is ${target[condition]}`]
    )
  })

const sorted = (record: Record<string, string>): string =>
  JSON.stringify(Object.entries(record).toSorted(([a], [b]) => a < b ? -1 : 1))

/** What two manifests of one library disagree on, one sentence each. */
export const disagreements = (npm: Manifest, deno: DenoManifest): ReadonlyArray<string> => [
  ...(["name", "version", "license"] as const).flatMap((field) =>
    npm[field] === deno[field] ? [] : [`${field} is ${npm[field]} in package.json and ${deno[field]} in deno.json`]
  ),
  ...(sorted(npmExports(npm)) === sorted(denoExports(deno))
    ? []
    : [`exports are ${sorted(npmExports(npm))} in package.json and ${sorted(denoExports(deno))} in deno.json`]),
  ...wrongTargets(npm),
]

/** Checks every library, that all published packages have one version, and the files that each publishes. */
export const checkManifests = (): ReadonlyArray<string> => {
  const workspace: ReadonlyArray<string> = JSON.parse(readText("deno.json")).workspace
  const published = [...libraries, ...apps].filter(({ manifest }) => manifest.private !== true)
  const versions = new Set(published.map(({ manifest }) => manifest.version))
  return [
    ...(versions.size === 1 ? [] : [`published packages have ${versions.size} versions: ${[...versions].join(", ")}`]),
    ...libraries.flatMap(({ folder, manifest }) => {
      const deno: DenoManifest = JSON.parse(readText(`${folder}/deno.json`))
      const listed = workspace.includes(`./${folder}`) ? [] : ["deno.json of the root does not list it"]
      return [...listed, ...disagreements(manifest, deno)].map((text) => `${folder}: ${text}`)
    }),
    ...published.flatMap(({ folder }) =>
      ["README.md", "LICENSE"].flatMap((name) => existsSync(join(root, folder, name)) ? [] : [`${folder}: no ${name}`])
    ),
    ...published.flatMap(({ folder }) =>
      existsSync(join(root, folder, "LICENSE")) && readText(`${folder}/LICENSE`) !== readText("LICENSE")
        ? [`${folder}: LICENSE differs from the root's`]
        : []
    ),
  ]
}
