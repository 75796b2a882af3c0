/** What a configuration touches outside of itself. */

/**
 * What a part of a pipeline does to something outside: connects to a host, listens at an address, reads, writes, or runs code
 * of somebody.
 */
export type TouchKind = "contacts" | "listens" | "reads" | "writes" | "runs"

/** Something outside that a part touches, as its plug-in says. */
export interface Touch {
  readonly kind: TouchKind
  /** A host with its port, an address, a file. Must not hold a secret. */
  readonly what: string
  /** What goes with it, where the options do not say: the name of a variable that holds a key. */
  readonly with?: string
  /** Of a host: the options whose texts go there, besides secrets, such as an address. Default: all. */
  readonly sends?: ReadonlyArray<string>
}

/** One line of a manifest. */
export interface ManifestEntry extends Omit<Touch, "sends"> {
  /** The part that does it: `source`, the name of a sink; undefined for the document as a whole. */
  readonly part?: string
}

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
    const kinds: ReadonlyArray<TouchKind> = ["runs", "contacts", "listens", "reads", "writes"]
    const entries = [...this.#entries.values()].map((entry) => this.#withSent(entry))
    return kinds.flatMap((kind) => entries.filter((entry) => entry.kind === kind))
  }

  #withSent(entry: ManifestEntry): ManifestEntry {
    const sent = entry.part === undefined || entry.kind !== "contacts" ? [] : this.#sent.get(entry.part) ?? []
    if (sent.length === 0) return entry
    return { ...entry, with: [...entry.with === undefined ? [] : [entry.with], ...sent].join(", ") }
  }
}
