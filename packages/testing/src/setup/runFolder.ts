/** Global set-up of all tests: a folder for what is built once for all of them, and for their temporary files. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  export interface ProvidedContext {
    /** A folder that all test files of a run share. */
    readonly runFolder: string
  }
}

export default ({ provide }: TestProject): () => void => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-tests-"))
  // Tests run commands as other users too: their temporary files lie in a folder like /tmp.
  chmodSync(folder, 0o755)
  const temporary = join(folder, "tmp")
  mkdirSync(temporary)
  chmodSync(temporary, 0o1777)
  provide("runFolder", folder)
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
