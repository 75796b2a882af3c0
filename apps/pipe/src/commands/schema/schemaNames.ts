/** What there is a schema of. */
export const schemaNames = ["messages", "changes", "config", "reference"] as const

/** One of {@link schemaNames}. */
export type SchemaName = (typeof schemaNames)[number]
