/** A record as JSON gives it: its fields may be missing or of any type, whatever wrote it. */
export type Fields = Readonly<Record<string, unknown>>
