/** Forces the names in a folder to the disk, where the system can. */
import { open } from "node:fs/promises"

/** Windows cannot, and does not need to. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r").catch(() => undefined)
  try {
    await handle?.sync().catch(() => {
      // A file system that does not sync folders keeps their names with the files.
    })
  } finally {
    await handle?.close()
  }
}
