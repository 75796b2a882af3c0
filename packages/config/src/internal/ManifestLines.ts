/** Collects a manifest. */
import type { ManifestEntry, TouchKind } from "../Manifest.ts"

/** A variable as something that is read. */
export const variableText = (name: string): string => `the variable ${name}`

/** Collects a manifest: each line once, in the order of the kinds. */
export class ManifestLines {
  readonly #entries = new Map<string, ManifestEntry>()

  add(entry: ManifestEntry): void {
    this.#entries.set(JSON.stringify([entry.kind, entry.what, entry.part, entry.with]), entry)
  }

  get entries(): ReadonlyArray<ManifestEntry> {
    const kinds: ReadonlyArray<TouchKind> = ["runs", "contacts", "reads", "writes"]
    return kinds.flatMap((kind) => [...this.#entries.values()].filter((entry) => entry.kind === kind))
  }
}
