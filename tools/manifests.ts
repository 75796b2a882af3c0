/** What package.json and deno.json of one library must agree on. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { type Fields, published, wantedFields } from "./manifestFields.ts"
import { packedReadme, relativeLinks } from "./packedReadme.ts"
import { libraries, type Manifest, readText, root, type WorkspacePackage } from "./workspace.ts"

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
  ...(["name", "version", "license"] as const).flatMap((field) => {
    // On JSR every name has a scope.
    const wanted = field === "name" && !npm.name.startsWith("@") ? `@boltodds/${npm.name}` : npm[field]
    return wanted === deno[field] ? [] : [`${field} is ${npm[field]} in package.json and ${deno[field]} in deno.json`]
  }),
  ...(sorted(npmExports(npm)) === sorted(denoExports(deno))
    ? []
    : [`exports are ${sorted(npmExports(npm))} in package.json and ${sorted(denoExports(deno))} in deno.json`]),
  ...wrongTargets(npm),
]

/** What one manifest lacks of the fields that every published package has. */
export const missingFields = (
  member: Pick<WorkspacePackage, "folder">,
  own: Fields,
  rootManifest: Fields,
): ReadonlyArray<string> =>
  Object.entries(wantedFields(member, own, rootManifest)).flatMap(([field, value]) =>
    JSON.stringify(own[field]) === JSON.stringify(value)
      ? []
      : [`${field} of package.json is not as it must be; run \`node tools/manifestFields.ts\``]
  )

/** The package for people who write promises: Effect is an ordinary dependency of it. */
const withOwnEffect = "boltodds"

/**
 * What is wrong with the ranges of a library: those of other packages begin with a caret, those of the workspace are its
 * own, and Effect is a peer, in the range that begins with the version that everything is tested with.
 */
export const wrongRanges = (
  { name, dependencies = {}, peerDependencies = {} }: Manifest,
  effect: string,
  needsEffect: (name: string) => boolean,
): ReadonlyArray<string> => {
  const range = `^${effect}`
  const inherits = Object.keys({ ...dependencies, ...peerDependencies }).some(needsEffect)
  const found = name === withOwnEffect ? dependencies["effect"] : peerDependencies["effect"]
  return [
    ...Object.entries(dependencies).flatMap(([other, asked]) =>
      other.startsWith("@boltodds/") || other === withOwnEffect
        ? asked === "workspace:^" ? [] : [`${other} must be "workspace:^": it is "${asked}"`]
        : asked.startsWith("^")
        ? []
        : [`the range of ${other} must begin with ^, so that programs get fixes and one copy: it is "${asked}"`]
    ),
    ...inherits && found === undefined ? [`effect must be a peer: a package that it depends on needs it`] : [],
    ...found !== undefined && found !== range ? [`the range of effect must be "${range}": it is "${found}"`] : [],
    ...name !== withOwnEffect && dependencies["effect"] !== undefined
      ? ["effect must be a peer, not a dependency"]
      : [],
  ]
}

/** What is wrong with the README of a package as it is packed. */
export const readmeProblems = (
  text: string,
  folder: string,
  address: string,
  exists: (path: string) => boolean,
): ReadonlyArray<string> => {
  const { missing, text: packed } = packedReadme(text, { folder, address, ref: "main", exists })
  return [
    ...missing.map((target) => `README.md: the link to ${target} leads nowhere`),
    ...relativeLinks(packed).map((target) =>
      `README.md: the link to ${target} stays relative when it is packed; write it as [text](path)`
    ),
  ]
}

/** Checks every library, that all published packages have one version, and the files that each publishes. */
export const checkManifests = (): ReadonlyArray<string> => {
  const workspace: ReadonlyArray<string> = JSON.parse(readText("deno.json")).workspace
  const members = published()
  const rootManifest: Fields & { readonly homepage: string; readonly devDependencies: { readonly effect: string } } =
    JSON.parse(readText("package.json"))
  const versions = new Set(members.map(({ manifest }) => manifest.version))
  const withEffect = new Set(
    libraries.filter(({ manifest }) => manifest.peerDependencies?.["effect"] !== undefined).map(({ name }) => name),
  )
  return [
    ...(versions.size === 1 ? [] : [`published packages have ${versions.size} versions: ${[...versions].join(", ")}`]),
    ...members.flatMap((member) =>
      missingFields(member, JSON.parse(readText(`${member.folder}/package.json`)), rootManifest)
        .map((text) => `${member.folder}: ${text}`)
    ),
    ...libraries.flatMap(({ folder, manifest }) =>
      wrongRanges(manifest, rootManifest.devDependencies.effect, (name) => withEffect.has(name))
        .map((text) => `${folder}: ${text}`)
    ),
    ...members.flatMap(({ folder }) =>
      existsSync(join(root, folder, "README.md"))
        ? readmeProblems(
          readText(`${folder}/README.md`),
          folder,
          rootManifest.homepage,
          (path) => existsSync(join(root, path)),
        ).map((text) => `${folder}: ${text}`)
        : []
    ),
    ...libraries.flatMap(({ folder, manifest }) => {
      const deno: DenoManifest = JSON.parse(readText(`${folder}/deno.json`))
      const listed = workspace.includes(`./${folder}`) ? [] : ["deno.json of the root does not list it"]
      return [...listed, ...disagreements(manifest, deno)].map((text) => `${folder}: ${text}`)
    }),
    ...members.flatMap(({ folder }) =>
      ["README.md", "LICENSE"].flatMap((name) => existsSync(join(root, folder, name)) ? [] : [`${folder}: no ${name}`])
    ),
    ...members.flatMap(({ folder }) =>
      existsSync(join(root, folder, "LICENSE")) && readText(`${folder}/LICENSE`) !== readText("LICENSE")
        ? [`${folder}: LICENSE differs from the root's`]
        : []
    ),
  ]
}
