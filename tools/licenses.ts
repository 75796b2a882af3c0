/** The licenses of what a bundle contains. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Plugin } from "rolldown"

/** The file beside the bundle that holds them. */
export const licensesFile = "THIRD_PARTY_LICENSES.txt"

/** Writes the licenses of the packages whose modules are in the bundle to {@link licensesFile}. */
export const thirdPartyLicenses: Plugin = {
  name: "third-party-licenses",
  generateBundle(_options, files) {
    const modules = Object.values(files).flatMap((file) => file.type === "chunk" ? file.moduleIds : [])
    const folders = new Set(modules.flatMap((id) => packageFolder(id) ?? []))
    const sections = [...folders].map(licenseOf).toSorted()
    const source = ["The command contains code of these packages.\n", ...sections].join(`\n${"-".repeat(80)}\n\n`)
    this.emitFile({ type: "asset", fileName: licensesFile, source })
  },
}

const bundlerRuntime = "\0rolldown/"

/** The folder of the package that a module comes from; undefined for those of this repository and of no file. */
const packageFolder = (id: string): string | undefined => {
  const file = id.startsWith(bundlerRuntime) ? fileURLToPath(import.meta.resolve("rolldown")) : id
  const [folder] = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(file) ?? []
  return folder
}

const licenseOf = (folder: string): string => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const texts = readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice|copying)\b/i.test(file)).toSorted()
  const section = texts.length === 0 ? sectionOf(folder) : undefined
  if (texts.length === 0 && section === undefined) {
    throw new Error(`Cannot bundle ${name}: its package has no license file. Add the text to the bundle another way.`)
  }
  return [
    `${name} ${version} (${license})\n`,
    ...texts.map((file) => readFileSync(join(folder, file), "utf8").trim()),
    ...section === undefined ? [] : [section],
  ]
    .join("\n") + "\n"
}

/** Some packages have the text of their license in a section of their README only. */
const sectionOf = (folder: string): string | undefined => {
  const readme = readdirSync(folder).find((file) => /^readme\b/i.test(file))
  if (readme === undefined) return undefined
  const [, text] =
    /^#+ licen[cs]e\s*\n([\s\S]*?)(?=^#|(?![\s\S]))/im.exec(readFileSync(join(folder, readme), "utf8")) ?? []
  return text === undefined || !/copyright/i.test(text) ? undefined : text.trim()
}
