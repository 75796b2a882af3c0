/** How connections end, and how the server goes away and comes back. */
import type { WorldOptions } from "./world/World.ts"

/** How a connection ends. `abort`: TCP reset or end without a close frame. */
export type DisconnectHow = "abort" | { readonly code: number; readonly reason?: string }

/** How the server goes away and comes back. */
export interface RestartOptions {
  /** Messages of the world that nobody sees meanwhile. @default 0 */
  readonly missedMessages?: number | undefined
  /** How long it stays away: dials are reset. @default 0 */
  readonly downMillis?: number | undefined
  /** Comes back with the world of these options in place of the one that it had. */
  readonly world?: WorldOptions | undefined
  /** @default "abort" */
  readonly how?: DisconnectHow | undefined
}
