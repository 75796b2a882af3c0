/** Versions and the changelog, of the changesets that wait. */

/** A changeset: what it says, and how large the largest step is that it asks for. */
export interface Changeset {
  readonly name: string
  readonly step: Step
  /** Whose users notice it. */
  readonly packages: ReadonlyArray<string>
  /** Markdown, written for users. */
  readonly text: string
}

/** How much a version changes. */
export type Step = "major" | "minor" | "patch"

const stepNames: ReadonlyArray<Step> = ["major", "minor", "patch"]

/** Reads a changeset. Throws where it is not one. */
export const readChangeset = (name: string, source: string): Changeset => {
  const [, head, text] = /^---\n([\s\S]*?)\n?---\n([\s\S]*)$/.exec(source) ?? []
  if (head === undefined || text === undefined) throw new Error(`Cannot read the changeset ${name}: it has no head`)
  const lines = head.split("\n").filter((line) => line !== "").map((line) => {
    const [, member, step] = /^["']?([\w@/.-]+)["']?: (major|minor|patch)$/.exec(line) ?? []
    if (member === undefined) throw new Error(`Cannot read the changeset ${name}: ${line}`)
    return { member, step: step as Step }
  })
  const step = stepNames.find((step) => lines.some((line) => line.step === step)) ?? "patch"
  return { name, step, packages: lines.map(({ member }) => member), text: text.trim() }
}

/** The next version. Before 1.0.0 what breaks takes the second number, and so does what is new. */
export const nextVersion = (version: string, steps: ReadonlyArray<Step>): string => {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number)
  const step = stepNames.find((step) => steps.includes(step))
  if (step === undefined) throw new Error("Cannot make a version: no changeset waits")
  if (step === "patch") return `${major}.${minor}.${patch + 1}`
  if (step === "minor" || major === 0) return `${major}.${minor + 1}.0`
  return `${major + 1}.0.0`
}

/** Whose changes stand together, in this order. */
const areas: ReadonlyArray<readonly [title: string, is: (packages: ReadonlyArray<string>) => boolean]> = [
  ["The command", (packages) => packages.includes("boltodds-pipe")],
  ["The package boltodds", (packages) => packages.includes("boltodds")],
  ["Packages", () => true],
]

/**
 * The section of a version: what `notes` say, or else the text of each changeset, those that break something first.
 */
export const section = (
  version: string,
  date: string,
  changesets: ReadonlyArray<Changeset>,
  notes: string | undefined,
): string => {
  const head = `## ${version} (${date})`
  if (notes !== undefined) return `${head}\n\n${notes.trim()}\n`
  const rest = new Set(changesets)
  const parts = areas.flatMap(([title, is]) => {
    const own = [...rest].filter(({ packages }) => is(packages))
    for (const each of own) rest.delete(each)
    own.sort((one, other) => stepNames.indexOf(one.step) - stepNames.indexOf(other.step))
    return own.length === 0 ? [] : [`### ${title}`, ...own.map(itemOf)]
  })
  return `${[head, ...parts].join("\n\n")}\n`
}

/** A list item of any length. */
const itemOf = ({ text, step }: Changeset): string => {
  const [first = "", ...rest] = text.split("\n")
  const mark = step === "major" ? "**Breaks something.** " : ""
  return [`- ${mark}${first}`, ...rest.map((line) => line === "" ? "" : `  ${line}`)].join("\n")
}

const title = "# Changelog\n\nAll packages have one version.\n"

/** The changelog with a section above the others. */
export const withSection = (changelog: string | undefined, added: string): string => {
  const older = changelog?.slice(changelog.indexOf("\n## ") + 1 || changelog.length) ?? ""
  return `${title}\n${added}${older === "" ? "" : `\n${older}`}`
}

/** The newest version that a changelog has. */
export const newestVersion = (changelog: string): string | undefined => /^## (\d+\.\d+\.\d+)/m.exec(changelog)?.[1]
