/** Whether a value is a record of changes, and what is wrong with it. */
/** What a field that a book is made of may hold. */
const kinds = {
  text: (value: unknown): boolean => typeof value === "string",
  textOrNull: (value: unknown): boolean => value === null || typeof value === "string",
  numberOrNull: (value: unknown): boolean => value === null || typeof value === "number",
  flag: (value: unknown): boolean => typeof value === "boolean",
}

const gameFields: ReadonlyArray<readonly [name: string, kind: keyof typeof kinds]> = [
  ["sport", "text"],
  ["sportsbook", "text"],
  ["game", "text"],
  ["universal_game_id", "textOrNull"],
  ["book_game_id", "textOrNull"],
  ["home_team", "textOrNull"],
  ["away_team", "textOrNull"],
  ["starts_at", "textOrNull"],
]

const lineFields: typeof gameFields = [
  ["outcome", "text"],
  ["market", "textOrNull"],
  ["target", "textOrNull"],
  ["target_kind", "textOrNull"],
  ["side", "textOrNull"],
  ["line", "numberOrNull"],
  ["line_derived", "flag"],
  ["odds", "numberOrNull"],
  ["link", "textOrNull"],
]

/**
 * Why a value is not a record of changes, in few words; undefined where it is one. Asks for the fields that a book is made
 * of, less than the schema of records: kinds that a later version adds pass, and readers ignore them.
 *
 * @example
 * ```ts
 * import { recordFault } from "@boltodds/protocol"
 *
 * console.log(recordFault({ action: "ping" })) // a message of the feed or a quote, action "ping"
 * ```
 */
export const recordFault = (value: unknown): string | undefined => {
  const wrong = wrongField(value)
  return wrong === undefined ? undefined : shown(value, wrong)
}

/**
 * The first field that a book is made of and that is missing, as after `pick`, or is of another type. "" where it is no
 * record at all.
 */
const wrongField = (value: unknown): string | undefined => {
  if (typeof value !== "object" || value === null) return ""
  const record = value as { readonly [field: string]: unknown }
  if (typeof record["control"] !== "string" && typeof record["change"] !== "string") return ""
  for (const name of ["run", "session", "at"]) if (typeof record[name] !== "string") return name
  for (const name of ["seq", "epoch"]) if (typeof record[name] !== "number") return name
  if (typeof record["control"] === "string") {
    return record["term"] === undefined || typeof record["term"] === "number" ? undefined : "term"
  }
  const fields = "outcome" in record ? [gameFields, lineFields] : [gameFields]
  for (const some of fields) for (const [name, kind] of some) if (!kinds[kind](record[name])) return name
  return "outcome" in record || typeof record["partial"] === "boolean" ? undefined : "partial"
}

/** What a line holds, in few words. */
const shown = (value: unknown, wrong: string): string => {
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const { action, boltodds_recording, event, change, control } = value as { readonly [field: string]: unknown }
  if (boltodds_recording !== undefined || event !== undefined) return "a recording: --emit raw wrote it"
  if (typeof action === "string") return `a message of the feed or a quote, action ${JSON.stringify(action)}`
  if (typeof change === "string" || typeof control === "string") {
    return wrong in value ? `its ${wrong} is not of the type that it must be` : `its ${wrong} is missing`
  }
  return `an object with ${Object.keys(value).slice(0, 5).join(", ") || "no fields"}`
}
