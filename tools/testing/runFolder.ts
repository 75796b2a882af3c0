/** Global set-up of the tests that start processes: a folder for what is built once for all of them. */
import { mkdtempSync, rmSync } from "node:fs"
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
  provide("runFolder", folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
