/** What people read is plain American English, in the words of the glossary: `pnpm check --only prose`. */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join, matchesGlob } from "node:path"
import { type Prose, proseOf } from "./prose/proseOf.ts"
import { type AllowedWords, allowedWords, type WordRule, wordRules } from "./prose/words.ts"
import { root } from "./workspace.ts"

/** A file with its prose. */
export interface ProseFile {
  readonly path: string
  readonly source: string
  readonly prose: Prose
}

/** Findings that a folder may still have. The numbers may only fall, and a folder that is not here has none. */
type Baseline = Readonly<Record<string, number>>

/** What is not prose of ours: the words of others, and lists of names. */
const notOurs: ReadonlyArray<string> = [
  "**/fixtures/**",
  "packages/*/test/conformance/**",
  // The rejected words themselves.
  "tools/prose/words.ts",
  "tools/test/prose.test.ts",
]

/** Every tracked file with prose in it. Needs a git checkout. */
export const proseFiles = (): ReadonlyArray<ProseFile> => {
  const { stdout, status, stderr } = spawnSync("git", ["ls-files", "-z", "*.ts", "*.mjs", "*.md", "*.yaml"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`Cannot list the tracked files: ${stderr.trim()}`)
  return stdout.split("\0")
    .filter((path) => path !== "" && path !== "pnpm-lock.yaml" && !notOurs.some((glob) => matchesGlob(path, glob)))
    .flatMap((path) => {
      const source = readIfThere(path)
      return source === undefined ? [] : [{ path, source, prose: proseOf(path, source) }]
    })
}

/** A tracked file that was removed and not yet committed is not there. */
const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(join(root, path), "utf8")
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
    throw cause
  }
}

const lineAt = (source: string, index: number): number => source.slice(0, index).split("\n").length

/** The rejected words of one file, one sentence each. */
export const wordsIn = (
  { path, source, prose }: ProseFile,
  allowed: ReadonlyArray<AllowedWords> = allowedWords,
  rules: ReadonlyArray<WordRule> = wordRules,
): ReadonlyArray<string> => {
  const spared = allowed.filter((entry) => entry.path === path).flatMap(({ text }) => placesOf(source, text))
  return rules.flatMap(({ say, pattern, reason }) =>
    [...prose.all.matchAll(pattern)]
      .filter(({ index }) => !spared.some(({ start, end }) => index >= start && index < end))
      .map((match) => ({ index: match.index, found: match[0].replace(/\s+/gu, " "), say, reason }))
  ).toSorted((a, b) => a.index - b.index).map(({ index, found, say, reason }) =>
    `${path}:${lineAt(source, index)}: "${found}". Say: ${say} (${reason})`
  )
}

const placesOf = (source: string, text: string): ReadonlyArray<{ readonly start: number; readonly end: number }> => {
  const places: Array<{ readonly start: number; readonly end: number }> = []
  for (let at = source.indexOf(text); at !== -1; at = source.indexOf(text, at + text.length)) {
    places.push({ start: at, end: at + text.length })
  }
  return places
}

/** Entries of the allow-list whose words are no longer there. */
export const unusedAllowances = (
  files: ReadonlyArray<ProseFile>,
  allowed: ReadonlyArray<AllowedWords> = allowedWords,
): ReadonlyArray<string> =>
  allowed.filter(({ path, text }) => !files.some((file) => file.path === path && file.source.includes(text)))
    .map(({ path, text }) => `tools/prose/words.ts: ${path} no longer says "${text}"; remove it from the allow-list`)

/** The folder that a file counts for: its package, its app, or the top folder. */
export const folderOf = (path: string): string =>
  /^(?:packages\/sinks\/[^/]+|(?:packages|apps)\/[^/]+|[^/]+(?=\/))/u.exec(path)?.[0] ?? "."

/** The findings of folders that have more than they may. */
export const beyond = (findings: ReadonlyArray<string>, baseline: Baseline): ReadonlyArray<string> => {
  const folders = new Map<string, Array<string>>()
  for (const finding of findings) {
    const folder = folderOf(finding.slice(0, finding.indexOf(":")))
    folders.set(folder, [...(folders.get(folder) ?? []), finding])
  }
  return [...folders].flatMap(([folder, of]) => {
    const may = baseline[folder] ?? 0
    return of.length <= may ? [] : [...of, `${folder} has ${of.length} rejected words, and may have ${may}`]
  })
}

const settings = join(root, "cspell.json")

/** The words that the spelling check does not know, one sentence each, with the first place of each. */
export const misspelledIn = (files: ReadonlyArray<ProseFile>): ReadonlyArray<string> => {
  const { ignorePaths }: { readonly ignorePaths: ReadonlyArray<string> } = JSON.parse(readFileSync(settings, "utf8"))
  const places = new Map<string, string>()
  for (const { path, prose } of files) {
    if (ignorePaths.some((glob) => matchesGlob(path, glob))) continue
    prose.own.split("\n").forEach((line, index) => {
      for (const word of line.match(/[\p{L}\p{M}\d_'’]*\p{L}[\p{L}\p{M}\d_'’]*/gu) ?? []) {
        if (!places.has(word)) places.set(word, `${path}:${index + 1}`)
      }
    })
  }
  const list = [...places.keys()]
  const { stdout, stderr, status } = spawnSync(
    join(root, "node_modules", ".bin", "cspell"),
    ["lint", "--no-progress", "--no-summary", "--no-color", "--config", settings, "stdin"],
    { cwd: root, encoding: "utf8", input: list.join("\n"), maxBuffer: 64 * 1024 * 1024 },
  )
  if (status !== 0 && status !== 1) throw new Error(`Cannot run cspell: ${stderr.trim()}`)
  return stdout.split("\n").flatMap((line) => {
    const [, row, word, better] = /:(\d+):\d+ - \w+ word \((.+?)\)(?: fix: \((.+)\))?/u.exec(line) ?? []
    if (row === undefined) return []
    const advice = better === undefined ? "Correct it, or add it to tools/prose/words.txt" : `Say: ${better}`
    return [`${places.get(list[Number(row) - 1]!)}: "${word}" is unknown to the spelling check. ${advice}`]
  })
}

/** Checks every tracked document, comment and text. */
export const checkProse = (): ReadonlyArray<string> => {
  const files = proseFiles()
  const baseline: Baseline = JSON.parse(readFileSync(join(root, "tools/prose/baseline.json"), "utf8"))
  return [
    ...beyond(files.flatMap((file) => wordsIn(file)), baseline),
    ...unusedAllowances(files),
    ...misspelledIn(files),
  ]
}
