/** How a service writes names and links. */
import type { Escape } from "./Sentence.ts"

/** How a service writes names and links. */
export interface Writing {
  readonly escape: Escape
  /** Writes an address that was checked. */
  readonly link: (href: string) => string
}
