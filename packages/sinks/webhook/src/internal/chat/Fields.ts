/** A record as JSON gives it: its fields may be missing or of any type, whatever wrote it. */
export type ChatFields = Readonly<Record<string, unknown>>
