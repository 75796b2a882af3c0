/** The files that the parts of one document write: no two may write one. */
import type { Claim } from "../Plugin.ts"
import type { Findings } from "./Findings.ts"
import type { Path } from "./Tree.ts"

interface Entered {
  readonly owner: string
  readonly line: number
  readonly file: Claim["file"]
  readonly steps: ReadonlyArray<Step>
}

/** Comparisons of paths with placeholders, in steps: each with each, and every pair may take thousands. */
const mostSteps = 20_000_000

/** Collects what is claimed, and reports the second of two that may be the same file. */
export class ResourceClaims {
  readonly #findings: Findings
  /** Those without placeholders, by their path: there may be thousands. */
  readonly #fixed = new Map<string, Entered>()
  readonly #open: Array<Entered> = []
  #left = mostSteps

  constructor(findings: Findings) {
    this.#findings = findings
  }

  /** Enters the claims of a part; `path`: where its options stand. */
  add(owner: string, path: Path, claims: ReadonlyArray<Claim>): void {
    for (const claim of claims) {
      const { file } = claim
      const at = [...path, ...claim.path]
      if (this.#left < 0) continue
      const steps = stepsOf(file)
      const other = this.#find(file, steps)
      if (this.#left < 0) {
        this.#findings.error(at, {
          message: "Cannot check whether two sinks write the same file: too many of their paths have placeholders",
          remedy: "write fewer sinks, or paths without placeholders",
        })
        continue
      }
      if (other === undefined) {
        const entered = { owner, line: this.#findings.lineOf(at), file, steps }
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

  #find(file: Claim["file"], steps: ReadonlyArray<Step>): Entered | undefined {
    const isSame = (other: Entered): boolean => {
      this.#left -= 1
      return this.#left >= 0 && meetInSteps(steps, other.steps, (taken) => (this.#left -= taken) >= 0)
    }
    if (isFixed(file)) return this.#fixed.get(file.join("")) ?? this.#open.find(isSame)
    for (const other of this.#fixed.values()) if (isSame(other)) return other
    return this.#open.find(isSame)
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

/** Whether two patterns have a text in common: the product of two automata. Ends early where `take` gives no more steps. */
const meetInSteps = (
  a: ReadonlyArray<Step>,
  b: ReadonlyArray<Step>,
  take: (steps: number) => boolean,
): boolean => {
  // Most differ before their first placeholder, or after their last.
  let same = 0
  while (typeof a[same] === "string" && a[same] === b[same]) same += 1
  if (!take(same) || (typeof a[same] === "string" && typeof b[same] === "string")) return false
  const width = b.length + 1
  const seen = new Set<number>()
  const waiting = [same * width + same]
  while (waiting.length > 0) {
    const at = waiting.pop()!
    if (seen.has(at)) continue
    seen.add(at)
    if (!take(1)) return false
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
