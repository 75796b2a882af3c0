/** The version of this program. */
import { readFileSync } from "node:fs"

/** As package.json has it, which lies one folder up both from the source and from the bundle. */
export const version = (): string => {
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  )
  return manifest.version
}
