/**
 * Set-up of the tests that start processes. What a test has started is ended when it fails or times out, with everything
 * that was started in turn, and whatever it still starts afterwards. Processes of other tests, which may run beside it,
 * are not touched. What remains is ended after the last test of the file.
 */
import { AsyncLocalStorage } from "node:async_hooks"
import type { ChildProcess } from "node:child_process"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { readFileSync } from "node:fs"
import { afterAll, aroundEach } from "vitest"

/** The processes that one test has started and that still run. */
interface Owner {
  readonly running: Set<ChildProcess>
  hasFailed: boolean
}

/** The test whose code runs now, through all its promises and callbacks. */
const owners = new AsyncLocalStorage<Owner>()
const running = new Set<ChildProcess>()
let hasAnyFailed = false

/** Node publishes every child process here, from the code that starts it. */
const follow = (message: unknown): void => {
  const { process: child } = message as { readonly process: ChildProcess }
  const owner = owners.getStore()
  for (const processes of [running, owner?.running]) processes?.add(child)
  child.once("exit", () => {
    for (const processes of [running, owner?.running]) processes?.delete(child)
  })
  // A test that timed out goes on in the background. The process has no number before it is spawned.
  if (owner?.hasFailed === true) child.once("spawn", () => end(child))
}
subscribe("child_process", follow)

/** The processes that a process started, theirs included; none where the system does not list them. */
const descendantsOf = (pid: number): ReadonlyArray<number> => {
  let listed: string
  try {
    listed = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
  } catch {
    return [] // it ended meanwhile, or this is not Linux
  }
  const children = listed.split(" ").filter((word) => word !== "").map(Number)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

/** The process before those that it started: a shell goes on, or ends by itself, once its command has ended. */
const end = (child: ChildProcess): void => {
  const descendants = child.pid === undefined ? [] : descendantsOf(child.pid)
  child.kill("SIGKILL")
  for (const pid of descendants) {
    try {
      process.kill(pid, "SIGKILL")
    } catch {
      // It ended by itself.
    }
  }
}

aroundEach(async (runTest, { task }) => {
  const owner: Owner = { running: new Set(), hasFailed: false }
  await owners.run(owner, runTest)
  // A test that passed may share a process with the next one.
  if (task.result?.state !== "fail") return
  owner.hasFailed = true
  hasAnyFailed = true
  for (const child of owner.running) end(child)
})

afterAll(() => {
  for (const child of running) end(child)
  // The next file of this worker has a set-up of its own. What a failed test still starts is ended from here.
  if (!hasAnyFailed) unsubscribe("child_process", follow)
})
