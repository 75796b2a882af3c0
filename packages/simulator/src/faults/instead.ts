/** What there is in place of a name that does not exist. */
import { nearestNames } from "@boltodds/text"

/** To end a message with: the nearest name, where one is near, and all names. `verb` introduces them: "There are". */
export const insteadOfFrame = (text: string, all: ReadonlyArray<string>, verb: string): string => {
  const [near] = nearestNames(text, all)
  return `${near === undefined ? "." : `; did you mean ${near}?`} ${verb} ${all.join(", ")}`
}
