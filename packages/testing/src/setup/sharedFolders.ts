/**
 * Set-up of all tests: temporary files go to the folder of the run, which is removed at its end, and Node processes that
 * tests start share one cache of compiled code there. They start in half of the processor time.
 */
import { join } from "node:path"
import { inject } from "vitest"

const folder = inject("runFolder")
process.env["TMPDIR"] = join(folder, "tmp")
process.env["NODE_COMPILE_CACHE"] = join(folder, "compiled")
