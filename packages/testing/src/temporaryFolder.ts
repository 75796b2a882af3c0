/** Folders for what a test writes. */
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A new folder. It lies in the folder of the run of tests, which is removed at its end. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "boltodds-test-"))
