/**
 * Packs and publishes the version of this commit, to npm (with provenance) and to JSR.
 *
 * `node tools/release/publish.ts` does all of it but the last step of each: nothing leaves the machine. `--for-real`
 * publishes; `--tag vX.Y.Z` must then be the version. A package whose version is published already is passed over, so
 * that a run that broke off can be run again.
 */
import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { root } from "../workspace.ts"
import { newestVersion } from "./changelog.ts"
import { packAll, type Packed, runTool } from "./pack.ts"

const { values } = parseArgs({ options: { "for-real": { type: "boolean" }, tag: { type: "string" } } })
const isReal = values["for-real"] === true
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const dirty = runTool("git", ["status", "--porcelain", "--untracked-files=no"])
if (dirty !== "") throw new Error(`Cannot publish what is not committed:\n${dirty}`)

runTool("turbo", ["run", "build", "--output-logs=errors-only"])
const packed = packAll(mkdtempSync(join(tmpdir(), "boltodds-release-")), values.tag ?? "main")
const [first] = packed
const version = first!.version
const noted = newestVersion(readFileSync(join(root, "CHANGELOG.md"), "utf8"))
if (noted !== version) throw new Error(`Cannot publish ${version}: the newest in CHANGELOG.md is ${noted}`)
if (isReal && values.tag !== `v${version}`) throw new Error(`Cannot publish ${version}: the tag is ${values.tag}`)

/** Whether npm has this version. */
const isThere = ({ name }: Packed): boolean => {
  try {
    return runTool("npm", ["view", `${name}@${version}`, "version"]).trim() === version
  } catch {
    // Nothing of that name, or not this version.
    return false
  }
}

for (const each of packed) {
  if (isReal && isThere(each)) {
    say(`${each.name} ${version}: published already`)
    continue
  }
  const how = isReal ? ["--provenance"] : ["--dry-run"]
  runTool("npm", ["publish", each.file, "--access", "public", "--ignore-scripts", "--tag", "latest", ...how])
  say(`${each.name} ${version}: ${isReal ? "published" : "would be published"} to npm`)
}
runTool("deno", ["publish", "--quiet", ...isReal ? [] : ["--dry-run", "--allow-dirty"]])
say(`${isReal ? "Published" : "Would be published"} to JSR`)
