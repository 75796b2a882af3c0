import { spawnSync } from "node:child_process"
import { describe, expect, it } from "vitest"
import { root } from "../workspace.ts"

const git = (...args: ReadonlyArray<string>): string =>
  spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout.trim()

describe("what git ignores", () => {
  it("keeps keys, recordings and outboxes out of commits, wherever they lie", () => {
    const names = [".env", ".env.local", "odds.ndjson", "odds.ndjson.zst", "odds.ndjson.part", "outbox/hook.sqlite"]
    const sidecars = ["box.db", "box.db-wal", "box.db.lock", "outbox/hook.sqlite-wal", "outbox/hook.sqlite.lock"]
    const paths = [...names, ...sidecars].flatMap((name) => [name, `apps/pipe/${name}`])
    expect(git("check-ignore", "--no-index", ...paths).split("\n")).toEqual(paths)
  })

  it("ignores no file that is tracked, and no new fixture", () => {
    expect(git("ls-files", "--cached", "--ignored", "--exclude-standard")).toBe("")
    const fixtures = ["apps/pipe/test/fixtures/new.ndjson", "examples/pipelines/recordings/new.ndjson.gz"]
    expect(git("check-ignore", "--no-index", ...fixtures)).toBe("")
  })
})
