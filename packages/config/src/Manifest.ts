/** What a configuration touches outside of itself. */

/** What a part of a pipeline does to something outside: connects to a host, reads, writes, or runs code of somebody. */
export type TouchKind = "contacts" | "reads" | "writes" | "runs"

/** Something outside that a part touches, as its plug-in says. */
export interface Touch {
  readonly kind: TouchKind
  /** A host with its port, a file. Must not hold a secret. */
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
