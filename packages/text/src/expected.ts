/** The one form of the messages about values that cannot be used. */
import { nearestNames } from "./nearestNames.ts"

/** Longer values are cut in messages, in characters. */
const longestShown = 80

/** `expected a duration such as 500ms, 15s, 1m30s; got "soon"`. Any value can be shown; a long one is cut. */
export const expectedButGot = (expected: string, got: unknown): string => {
  const text = typeof got === "string" ? JSON.stringify(got) : JSON.stringify(got) ?? String(got)
  const shown = text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
  return `expected ${expected}; got ${shown}`
}

/** ` Did you mean "draftkings"?` with a space in front, to end a sentence with; empty where no name is near. */
export const didYouMean = (text: string, names: Iterable<string>): string => {
  const [near] = nearestNames(text, names)
  return near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`
}
