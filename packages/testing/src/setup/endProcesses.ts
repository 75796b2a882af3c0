/**
 * Set-up of the tests that start processes: what a test leaves running, because it failed or timed out, is ended before
 * the next one begins, with everything it started in turn.
 */
import type { ChildProcess } from "node:child_process"
import { subscribe } from "node:diagnostics_channel"
import { readFileSync } from "node:fs"
import { afterAll, afterEach, beforeEach } from "vitest"

const running = new Set<ChildProcess>()
let before: ReadonlySet<ChildProcess> = new Set()

// Node publishes every child process here, whoever starts it.
subscribe("child_process", (message) => {
  const { process: child } = message as { readonly process: ChildProcess }
  running.add(child)
  child.once("exit", () => running.delete(child))
})

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

const end = (child: ChildProcess): void => {
  for (const pid of child.pid === undefined ? [] : descendantsOf(child.pid)) {
    try {
      process.kill(pid, "SIGKILL")
    } catch {
      // It ended by itself.
    }
  }
  child.kill("SIGKILL")
}

beforeEach(() => {
  before = new Set(running)
})

afterEach(({ task }) => {
  // A test that passed may share a process with the next one; one that failed leaves nothing.
  if (task.result?.state !== "fail") return
  for (const child of running) if (!before.has(child)) end(child)
})

afterAll(() => {
  for (const child of running) end(child)
})
