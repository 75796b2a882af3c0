/** What an envelope says of the fields of a path. */
import type { Envelope } from "@boltodds/sink"
import type { PathValues } from "../PathTemplate.ts"

/** The fields of an envelope: its own, or those of the message in its `data`. */
export const valuesOf = (envelope: Envelope<unknown>, run: string | undefined): PathValues => {
  const { value } = envelope
  const data = objectField(value, "data")
  return {
    sport: field(value, "sport") ?? field(data, "sport"),
    sportsbook: field(value, "sportsbook") ?? field(data, "sportsbook"),
    game: field(value, "game") ?? field(data, "game"),
    session: envelope.session,
    run: envelope.run ?? field(value, "run") ?? run,
    kind: field(value, "change") ?? field(value, "control") ?? field(value, "action") ?? field(value, "_tag"),
  }
}

/** The text in a field of a value; undefined where there is none. */
export const field = (value: unknown, name: string): string | undefined => {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
  return typeof found === "string" ? found : undefined
}

const objectField = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined

/** One text of several values; different values have different texts. */
export const keyOf = (values: ReadonlyArray<string | undefined>): string =>
  values.map((value) => value === undefined ? "-" : `${value.length}:${value}`).join("")
