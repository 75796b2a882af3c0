/** The page about metrics, loaded only where it is printed. */
import { metricsReference } from "@boltodds/serve"

/** All metrics as Markdown. */
export const metricsPage = (): string => metricsReference()
