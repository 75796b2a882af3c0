/** Every promise of the security document and of the README names the test or the page that shows it. */
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { readText, root } from "./workspace.ts"

/** The document whose promises are checked. */
export const securityDocument = "docs/security.md"

/** Sections that promise nothing of the software: each by its title, with what its items are instead. */
export const withoutPromises: ReadonlyMap<string, string> = new Map([
  ["What is worth protecting", "things"],
  ["Whom we trust", "conditions"],
  ["If a key leaked", "advice"],
  ["Hardening a service", "advice"],
  ["What we do not defend against", "the opposite of promises"],
])

/** A list item of the document: its section, its first line and its whole text. */
interface Item {
  readonly section: string
  readonly line: number
  readonly text: string
}

/** The list items and table rows of a Markdown page, by section. A paragraph is an explanation, not a promise. */
const itemsOf = (page: string): ReadonlyArray<Item> => {
  const items: Array<{ section: string; line: number; text: string }> = []
  let section = ""
  let isItem = false
  let isCode = false
  for (const [index, line] of page.split("\n").entries()) {
    if (line.startsWith("```")) isCode = !isCode
    if (isCode) continue
    if (line.startsWith("## ")) section = line.slice(3).trim()
    if (/^(?:[-*]|\d+\.) /.test(line)) {
      items.push({ section, line: index + 1, text: line })
      isItem = true
    } else if (isItem && /^\s+\S/.test(line)) items.at(-1)!.text += ` ${line.trim()}`
    else isItem = false
  }
  return items
}

/** The links of a text, as written. */
const linksOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, to]) => to!)

/** What is wrong with the promises of a page at `path`, one sentence each. `exists` says whether a tracked file exists. */
export const promiseProblems = (
  path: string,
  page: string,
  exists: (path: string) => boolean,
): ReadonlyArray<string> =>
  itemsOf(page).flatMap(({ section, line, text }) => {
    if (withoutPromises.has(section)) return []
    const tests = linksOf(text).filter((to) => to.endsWith(".test.ts"))
    if (tests.length === 0) return [`${path}:${line}: a promise without a link to the test that proves it`]
    return tests.map((to) => join(dirname(path), to))
      .filter((to) => !exists(to))
      .map((to) => `${path}:${line}: the test ${to} does not exist`)
  })

/** The sections of the README that promise something, with what an item must link to. */
const readmeSections: ReadonlyMap<string, RegExp> = new Map([
  ["What it promises", /\.test\.ts$/],
  ["Its limits", /\.(?:test\.ts|md)$/],
])

/** What is wrong with the promises and limits of the README, one sentence each. */
export const readmeProblems = (page: string, exists: (path: string) => boolean): ReadonlyArray<string> => {
  const items = itemsOf(page)
  const missing = [...readmeSections.keys()].filter((title) => !items.some(({ section }) => section === title))
  return [
    ...missing.map((title) => `README.md: the section "${title}" has no items`),
    ...items.flatMap(({ section, line, text }) => {
      const proof = readmeSections.get(section)
      if (proof === undefined) return []
      const links = linksOf(text)
      if (!links.some((to) => proof.test(to))) return [`README.md:${line}: no link to what shows it`]
      return links.filter((to) => !exists(to)).map((to) => `README.md:${line}: ${to} does not exist`)
    }),
  ]
}

/** Checks the security document and the README. */
export const checkPromises = (): ReadonlyArray<string> => {
  const exists = (path: string): boolean => existsSync(join(root, path))
  return [
    ...promiseProblems(securityDocument, readText(securityDocument), exists),
    ...readmeProblems(readText("README.md"), exists),
  ]
}
