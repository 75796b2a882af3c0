/** Who takes over for whom. */
import { type Findings, suggestName } from "./Findings.ts"
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
  const known = new Set(sinks)
  const taken = new Map<string, string>()
  const circles = circlesIn(next)
  const reported = new Set<ReadonlyArray<string>>()
  for (const { name, fallback, path } of fallbacks) {
    if (!known.has(fallback)) {
      if (nameText(fallback) === hidden) findings.hideAt(path)
      findings.error(path, {
        message: `Cannot fall back to \`${nameText(fallback)}\`: there is no sink of that name`,
        remedy: sinks.length > mostNamed
          ? "write the name of another sink"
          : suggestName(fallback, sinks.filter((sink) => sink !== name), "other sinks"),
      })
      continue
    }
    const circle = circles.get(name)
    if (circle !== undefined) {
      if (reported.has(circle)) continue
      reported.add(circle)
      const at = circle.indexOf(name)
      findings.error(path, {
        message: `Cannot use fallbacks in a circle: ${[...circle.slice(at), ...circle.slice(0, at), name].join(" → ")}`,
        remedy: "remove one of these `fallback`s",
      })
      continue
    }
    const other = taken.get(fallback)
    if (other !== undefined) {
      findings.error(path, {
        message: `Cannot fall back to \`${fallback}\`: it is already the fallback of \`${other}\``,
        remedy: "write a second sink like it",
      })
    } else taken.set(fallback, name)
  }
}

/** With more sinks they are not compared and listed at each mistake. */
const mostNamed = 500

/** For each sink in a circle: the circle. Each sink is looked at once. */
const circlesIn = (next: ReadonlyMap<string, string>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const circles = new Map<string, ReadonlyArray<string>>()
  const seen = new Set<string>()
  for (const name of next.keys()) {
    const way = new Map<string, number>()
    let at: string | undefined = name
    while (at !== undefined && !seen.has(at)) {
      seen.add(at)
      way.set(at, way.size)
      at = next.get(at)
    }
    const from = at === undefined ? undefined : way.get(at)
    if (from === undefined) continue
    const circle = [...way.keys()].slice(from)
    for (const each of circle) circles.set(each, circle)
  }
  return circles
}
