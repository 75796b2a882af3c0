/** Who takes over for whom. */
import type { Findings } from "./Findings.ts"
import { instead } from "./instead.ts"
import { hidden, nameText } from "./mayShow.ts"
import type { Path } from "./Tree.ts"

/** A sink that names another. */
export interface Fallback {
  readonly name: string
  readonly fallback: string
  /** Of the name. */
  readonly path: Path
}

/** Reports fallbacks that name nobody, name the same, or lead in a circle. */
export const checkFallbacks = (
  fallbacks: ReadonlyArray<Fallback>,
  sinks: ReadonlyArray<string>,
  findings: Findings,
): void => {
  const next = new Map(fallbacks.map(({ name, fallback }) => [name, fallback]))
  const taken = new Map<string, string>()
  const inCircle = new Set<string>()
  for (const { name, fallback, path } of fallbacks) {
    if (!sinks.includes(fallback)) {
      if (nameText(fallback) === hidden) findings.hideAt(path)
      findings.error(path, {
        message: `Cannot fall back to \`${nameText(fallback)}\`: there is no sink of that name`,
        remedy: instead(fallback, sinks.filter((sink) => sink !== name), "other sinks"),
      })
      continue
    }
    const circle = circleFrom(name, next)
    if (circle !== undefined) {
      if (inCircle.has(name)) continue
      circle.forEach((sink) => inCircle.add(sink))
      findings.error(path, {
        message: `Cannot fall back in a circle: ${[...circle, name].join(" → ")}`,
        remedy: "remove one of these `fallback`s",
      })
      continue
    }
    const other = taken.get(fallback)
    if (other !== undefined) {
      findings.error(path, {
        message: `Cannot fall back to \`${fallback}\`: it stands in for \`${other}\` already`,
        remedy: "write a second sink like it",
      })
    } else taken.set(fallback, name)
  }
}

/** The way from a sink back to itself. */
const circleFrom = (name: string, next: ReadonlyMap<string, string>): ReadonlyArray<string> | undefined => {
  const way = new Set([name])
  for (let at = next.get(name); at !== undefined; at = next.get(at)) {
    if (at === name) return [...way]
    // A circle that others are in.
    if (way.has(at)) return undefined
    way.add(at)
  }
  return undefined
}
