/** The README of a package as it is packed: what is relative in the repository leads there by its address. */
import { posix } from "node:path"

/** Where a README stands. */
export interface ReadmePlace {
  /** From the root: `packages/state`. */
  readonly folder: string
  /** The address of the repository, without a slash at its end. */
  readonly address: string
  /** The tag or branch that links lead to. */
  readonly ref: string
  /** Whether there is such a file or folder, by its path from the root. */
  readonly exists: (path: string) => boolean
}

/** A link or a picture of Markdown, outside of code. */
const markdownLink = /(!?)\[((?:[^[\]`]|`[^`]*`)*)\]\(([^()\s]+)((?:\s+"[^"]*")?)\)/g

const isRelative = (target: string): boolean => !/^(?:[a-z][a-z\d+.-]*:|\/\/|#)/i.test(target)

/** Applies a function to the parts of a page that are not code blocks. */
const outsideOfCode = (text: string, edit: (part: string) => string): string =>
  text.split(/(^```[\s\S]*?^```$)/m).map((part, index) => index % 2 === 0 ? edit(part) : part).join("")

/** The text with absolute links, and the targets of those that lead nowhere. */
export const packedReadme = (
  text: string,
  { folder, address, ref, exists }: ReadmePlace,
): { readonly text: string; readonly missing: ReadonlyArray<string> } => {
  const missing: Array<string> = []
  const packed = outsideOfCode(
    text,
    (part) =>
      part.replaceAll(markdownLink, (whole, picture: string, label: string, target: string, title: string) => {
        if (!isRelative(target)) return whole
        const [path = "", anchor] = target.split("#")
        const inside = posix.normalize(posix.join(folder, path))
        if (inside.startsWith("..") || !exists(inside)) missing.push(target)
        const where = `${address}/${picture === "" ? "blob" : "raw"}/${ref}/${inside}${
          anchor === undefined ? "" : `#${anchor}`
        }`
        return `${picture}[${label}](${where}${title})`
      }),
  )
  return { text: packed, missing }
}

/** The targets of links that are relative: of Markdown, of references below the text, and of HTML. */
export const relativeLinks = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  outsideOfCode(text, (part) => {
    const plain = part.replaceAll(/`[^`\n]*`/g, (code) => "x".repeat(code.length))
    for (
      const pattern of [/\]\(\s*<?([^()\s>]+)/g, /^\[[^\]]+\]:\s*<?(\S+?)>?\s*$/gm, /\b(?:href|src)=["']([^"']+)["']/g]
    ) {
      for (const [, target] of plain.matchAll(pattern)) if (isRelative(target!)) found.push(target!)
    }
    return part
  })
  return found
}
