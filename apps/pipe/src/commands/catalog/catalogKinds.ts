/** What can be listed. */
export const catalogKinds = ["sports", "sportsbooks", "games", "markets"] as const

/** One of {@link catalogKinds}. */
export type CatalogKind = (typeof catalogKinds)[number]
