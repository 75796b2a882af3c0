/** The bounds of a server. */

/** The bounds of a server; each has a default. */
export interface ServeLimits {
  /** Clients at one time, of all streams. Beyond it: HTTP 503. Default 10,000. */
  readonly clients?: number | undefined
  /** Different filters at one time, of one stream. Beyond it: HTTP 503. Default 256. */
  readonly filters?: number | undefined
  /** The latest records of each filter, from which a client that was cut off goes on. Default 8,192. */
  readonly ringRecords?: number | undefined
  /** The same in characters. Default 8 MiB. */
  readonly ringBytes?: number | undefined
  /** How long the records of a filter are kept after its last client has gone, in milliseconds. Default 30,000. */
  readonly ringMillis?: number | undefined
  /** Unsent bytes with which a client gets merged records: the newest of each line. Default 1 MiB. */
  readonly slowBytes?: number | undefined
  /** Unsent bytes with which a client is cut off. Default 64 MiB. */
  readonly maxBytes?: number | undefined
  /** How long a client with unsent bytes may take none, in milliseconds. Default 30,000. */
  readonly stallMillis?: number | undefined
}

/** {@link ServeLimits} with the defaults. */
export type Limits = { readonly [K in keyof ServeLimits]-?: number }

const defaults: Limits = {
  clients: 10_000,
  filters: 256,
  ringRecords: 8_192,
  ringBytes: 8 * 1024 * 1024,
  ringMillis: 30_000,
  slowBytes: 1024 * 1024,
  maxBytes: 64 * 1024 * 1024,
  stallMillis: 30_000,
}

/** Fills in the defaults. */
export const limitsOf = (given: ServeLimits = {}): Limits => ({
  clients: given.clients ?? defaults.clients,
  filters: given.filters ?? defaults.filters,
  ringRecords: given.ringRecords ?? defaults.ringRecords,
  ringBytes: given.ringBytes ?? defaults.ringBytes,
  ringMillis: given.ringMillis ?? defaults.ringMillis,
  slowBytes: given.slowBytes ?? defaults.slowBytes,
  maxBytes: given.maxBytes ?? defaults.maxBytes,
  stallMillis: given.stallMillis ?? defaults.stallMillis,
})
