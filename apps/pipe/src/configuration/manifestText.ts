/** The manifest of a configuration, for people. */
import type { CheckedPipeline, ManifestEntry } from "@boltodds/config"
import { visible } from "@boltodds/text"
import type { CommandLog } from "../log/Log.ts"

/** What a run of it touches, a line each: what somebody who did not write it has to know. */
export const manifestText = (manifest: CheckedPipeline["manifest"]): string =>
  manifest.map((entry) => visible(`  ${entry.kind.padEnd(9)} ${textOf(entry)}`) + "\n").join("")

const textOf = ({ what, part, with: goes }: ManifestEntry): string =>
  `${what}${part === undefined ? "" : ` (${part})`}${goes === undefined ? "" : `, with ${goes}`}`

/** More hosts than these are counted. `check` names them all. */
const mostLogged = 5

/**
 * Logs which hosts a run contacts, and with which secrets and variables; of a configuration that is taken over later, only
 * what is new.
 */
export const makeContactLog = (log: Pick<CommandLog, "log">): (pipeline: Pick<CheckedPipeline, "manifest">) => void => {
  const known = new Set<string>()
  return ({ manifest }) => {
    const texts = manifest.filter(({ kind }) => kind === "contacts").map(textOf).filter((text) => !known.has(text))
    for (const text of texts) known.add(text)
    for (const text of texts.slice(0, mostLogged)) log.log("info", `contacts ${text}`)
    const more = texts.length - mostLogged
    if (more > 0) {
      log.log("info", `contacts ${more} more ${more === 1 ? "host" : "hosts"}: boltodds-pipe check names all`)
    }
  }
}
