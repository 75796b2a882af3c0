/** What there is a schema of. */
export const schemaNames = ["messages", "changes", "config"] as const

/** One of {@link schemaNames}. */
export type SchemaName = (typeof schemaNames)[number]
