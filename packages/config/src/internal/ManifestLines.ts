/** Collects a manifest. */
import type { ManifestEntry, TouchKind } from "../Manifest.ts"

/** A variable as something that is read. */
export const variableText = (name: string): string => `the variable ${name}`

/** Collects a manifest: each line once, in the order of the kinds. */
export class ManifestLines {
  readonly #entries = new Map<string, ManifestEntry>()
  /** By part. */
  readonly #sent = new Map<string, Array<string>>()

  add(entry: ManifestEntry): void {
    this.#entries.set(JSON.stringify([entry.kind, entry.what, entry.part, entry.with]), entry)
  }

  /** Something that goes to every host that a part contacts, besides what its own options hold. */
  send(part: string, what: string): void {
    const sent = this.#sent.get(part)
    if (sent === undefined) this.#sent.set(part, [what])
    else sent.push(what)
  }

  get entries(): ReadonlyArray<ManifestEntry> {
    const kinds: ReadonlyArray<TouchKind> = ["runs", "contacts", "reads", "writes"]
    const entries = [...this.#entries.values()].map((entry) => this.#withSent(entry))
    return kinds.flatMap((kind) => entries.filter((entry) => entry.kind === kind))
  }

  #withSent(entry: ManifestEntry): ManifestEntry {
    const sent = entry.part === undefined || entry.kind !== "contacts" ? [] : this.#sent.get(entry.part) ?? []
    if (sent.length === 0) return entry
    return { ...entry, with: [...entry.with === undefined ? [] : [entry.with], ...sent].join(", ") }
  }
}
