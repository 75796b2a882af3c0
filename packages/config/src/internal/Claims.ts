/** The files that the parts of one document write: no two may write one. */
import type { Claim } from "../Plugin.ts"
import type { Findings } from "./Findings.ts"
import type { Path } from "./Tree.ts"

interface Entered {
  readonly owner: string
  readonly line: number
  readonly file: Claim["file"]
}

/** Collects what is claimed, and reports the second of two that may be the same file. */
export class Claims {
  readonly #findings: Findings
  /** Those without placeholders, by their path: there may be thousands. */
  readonly #fixed = new Map<string, Entered>()
  readonly #open: Array<Entered> = []

  constructor(findings: Findings) {
    this.#findings = findings
  }

  /** Enters the claims of a part; `path`: where its options stand. */
  add(owner: string, path: Path, claims: ReadonlyArray<Claim>): void {
    for (const claim of claims) {
      const { file } = claim
      const at = [...path, ...claim.path]
      const other = this.#find(file)
      if (other === undefined) {
        const entered = { owner, line: this.#findings.lineOf(at), file }
        if (isFixed(file)) this.#fixed.set(file.join(""), entered)
        else this.#open.push(entered)
        continue
      }
      // Without the paths: a variable may have brought a part of them.
      const by = `\`${other.owner}\` (line ${other.line})`
      this.#findings.error(at, {
        message: isFixed(file) && isFixed(other.file)
          ? `Cannot write this file: ${by} writes it already`
          : `Cannot write files of this path: one of them may be a file that ${by} writes`,
        remedy: "give each a path of its own",
      })
    }
  }

  #find(file: Claim["file"]): Entered | undefined {
    if (!isFixed(file)) return [...this.#fixed.values(), ...this.#open].find((other) => mayBeSame(file, other.file))
    return this.#fixed.get(file.join("")) ?? this.#open.find((other) => mayBeSame(file, other.file))
  }
}

const isFixed = (file: Claim["file"]): boolean => file.every((piece) => typeof piece === "string")

/** A character as it is, any digit, any character of a name, or any number of those. */
type Step = string | typeof digit | typeof any | typeof more
const digit = 0
const any = 1
const more = 2

const stepsOf = (file: Claim["file"]): ReadonlyArray<Step> =>
  file.flatMap((piece): ReadonlyArray<Step> =>
    typeof piece === "string" ? [...piece] : piece === null ? [any, more] : Array<Step>(piece).fill(digit)
  )

/** Whether two patterns have a text in common: the product of two automata, a row at a time. */
export const mayBeSame = (first: Claim["file"], second: Claim["file"]): boolean => {
  const [a, b] = [stepsOf(first), stepsOf(second)]
  const width = b.length + 1
  const seen = new Set<number>()
  const waiting = [0]
  while (waiting.length > 0) {
    const at = waiting.pop()!
    if (seen.has(at)) continue
    seen.add(at)
    const [i, j] = [Math.floor(at / width), at % width]
    if (i === a.length && j === b.length) return true
    const [x, y] = [a[i], b[j]]
    // Any number may be none.
    if (x === more) waiting.push(at + width)
    if (y === more) waiting.push(at + 1)
    if (x === undefined || y === undefined || !meet(x, y)) continue
    waiting.push((x === more ? i : i + 1) * width + (y === more ? j : j + 1))
  }
  return false
}

const meet = (x: Step, y: Step): boolean => {
  if (typeof x === "string" && typeof y === "string") return x === y
  if (typeof x !== "string" && typeof y !== "string") return true
  const [letter, kind] = typeof x === "string" ? [x, y] : [y as string, x]
  return kind === digit ? letter >= "0" && letter <= "9" : letter !== "/"
}
