/** What happens to the files of a sink, for logs and reports. */
import type { FileError } from "./FileError.ts"

/**
 * `Repaired`: a file that a process left behind was made whole: `cutBytes` of a torn end were cut off, `keptBytes` stay, and
 * `rescuedLines` of the torn end that could still be read were compressed anew ·
 * `Unreadable`: one that begins with nothing we could read was set aside under another name, untouched · `Completed`: a
 * file has its final name; it never changes again · `Removed`: retention deleted it · `Gone`: somebody deleted or moved
 * the file that was written; a new one begins · `TooManySeries`: records with further values of the placeholders go to
 * this file from here on (`max_series`), reported once a day · `Trouble`: something failed that does not stop delivery (retention, a
 * folder that could not be synced, the end of a file at closing).
 */
export type FileEvent =
  | {
    readonly _tag: "Repaired"
    readonly path: string
    readonly cutBytes: number
    readonly keptBytes: number
    readonly rescuedLines: number
  }
  | { readonly _tag: "Unreadable"; readonly path: string; readonly movedTo: string }
  | { readonly _tag: "Completed"; readonly path: string; readonly bytes: number }
  | { readonly _tag: "Removed"; readonly path: string; readonly bytes: number; readonly by: "files" | "age" | "bytes" }
  | { readonly _tag: "Gone"; readonly path: string }
  | { readonly _tag: "TooManySeries"; readonly path: string; readonly most: number }
  | { readonly _tag: "Trouble"; readonly error: FileError }
