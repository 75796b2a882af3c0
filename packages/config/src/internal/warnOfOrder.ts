/** Conditions on what changes, before processors that must know a line's past. */
import { expressions } from "./cel/load.ts"
import type { EmitPlugin } from "../Plugin.ts"
import type { Checker } from "./Checker.ts"
import type { Path } from "./Tree.ts"

/** A step of a route, in its order. */
export interface OrderedStep {
  /** `where`, or the processor's name. */
  readonly name: string
  readonly path: Path
  /** The condition of a `where` or `filter`. */
  readonly condition?: string | undefined
}

/** They compare a record with earlier ones of its line. */
const comparing: ReadonlySet<string> = new Set(["min_move", "conflate", "dedupe", "sample"])

/** What a line is, or its game: as good as constant. Any other field differs from record to record. */
const constant: ReadonlySet<string> = new Set([
  "session",
  "sport",
  "sportsbook",
  "game",
  "universal_game_id",
  "book_game_id",
  "home_team",
  "away_team",
  "starts_at",
  "outcome",
  "market",
  "market_raw",
  "target",
  "target_raw",
  "target_kind",
  "side",
  "side_raw",
])

/** Warns where a condition hides a part of a line's life from a processor after it. */
export const warnOfOrder = (steps: ReadonlyArray<OrderedStep>, emit: EmitPlugin, checker: Checker): void => {
  for (const [index, { name, path, condition }] of steps.entries()) {
    if (condition === undefined) continue
    const { checkExpression, namedFields } = expressions()
    if (checkExpression(condition, emit, "predicate").some((it) => it.isError)) continue
    const fields = namedFields(condition, emit).filter((field) => !constant.has(field))
    if (fields.length === 0) continue
    const after = [...new Set(steps.slice(index + 1).map((step) => step.name).filter((step) => comparing.has(step)))]
    if (after.length === 0) continue
    const processors = after.map((one) => `\`${one}\``).join(", ")
    checker.findings.warn(path, {
      message: `${processors} cannot see a line while this condition is false: ` +
        `${fields.map((field) => `\`${field}\``).join(", ")} ${fields.length === 1 ? "changes" : "change"}`,
      remedy: name === "where"
        ? `make it a \`filter\` after ${processors} in \`processors\`; keep in \`where\` what a line is, such as \`market\``
        : `put this \`filter\` after ${processors}`,
    })
  }
}
