/**
 * What another user of the machine can do: read nothing that is ours, stop nothing, and put nothing into what we deliver.
 * The other user is real, a process with a user id of its own, so these tests need root.
 */
import { spawnSync } from "node:child_process"
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { machineMemory } from "@boltodds/connection/node"
import { startSimulator } from "@boltodds/simulator"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { HookReceiver, hookSecret } from "@boltodds/testing/HookReceiver"
import { bundled, type Ended, PipeProcess } from "@boltodds/testing/PipeProcess"

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn("SKIPPED: the attacks of another local user need root; run apps/pipe/test/localUsers as root")

const nobody = 65534
const someone = 12345

/** Statements that make a process another user's: its groups first, then the rest. */
const become = (user: number, group = user): string =>
  `process.setgroups([]);process.setgid(${group});process.setuid(${user});`

/** Runs statements as another user; gives what they print. `fs` is there for them. */
const as = (user: number, statements: string): string => {
  const code = `${become(user)}const fs=require("node:fs");${statements}`
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", code], { encoding: "utf8" })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

/** The command as another user runs it. */
const commandAs = (user: number, group = user): ReadonlyArray<string> => [
  process.execPath,
  "--import",
  `data:text/javascript,${encodeURIComponent(become(user, group))}`,
  bundled,
]

const makePipe = (path: string): string =>
  `require("node:child_process").execFileSync("mkfifo", [${JSON.stringify(path)}]);`

const tempFolder = (mode = 0o700): string => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-users-"))
  chmodSync(folder, mode)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const pipelineIn = (folder: string, sinks: object, more: object = {}): string => {
  const path = join(folder, "pipeline.yaml")
  const source = { simulator: { seed: 7, rate: 50 } }
  writeFileSync(path, JSON.stringify({ version: 1, source, sinks, run: { count: 20 }, ...more }), { mode: 0o644 })
  return path
}

const run = (path: string, options: ConstructorParameters<typeof PipeProcess>[1] = {}): Promise<Ended> => {
  const pipe = new PipeProcess(["run", path, "--log-format", "json"], options)
  onTestFinished(() => void pipe.child.kill("SIGKILL"))
  return pipe.ended
}

const toFile = (path: string, more: object = {}): object => ({ archive: { file: { path, ...more }, emit: "messages" } })

const hook = (url: string, store: object = {}): object => ({
  hook: {
    webhook: { url, secret: { env: "HOOK_SECRET" }, allow_private: true, profile: "durable" },
    emit: "changes",
    lane: { store: { outbox: store } },
  },
})

const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8)

const lockName = (path: string, id: string): string => {
  const hash = createHash("sha256").update(`${path}\nnone`).digest("hex").slice(0, 12)
  return `.boltodds-${hash}-${id}.lock`
}

beforeAll(() => {
  // The bundle lies in folders of root's alone.
  if (!isRoot) return
  for (let folder = dirname(bundled); folder.startsWith(join(tmpdir(), "boltodds-")); folder = dirname(folder)) {
    chmodSync(folder, 0o755)
  }
})

describe.runIf(isRoot)("another user of this machine", () => {
  it("does not stop a file sink by a pipe or a false lock in a folder above it", async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, "odds.ndjson.part"), `{"left":1}\n`)
    const id = createHash("sha256").update(folder).digest("hex").slice(0, 16)
    const pipe = join(tmpdir(), `.boltodds-000000000000-${id}.lock`)
    const lie = join(tmpdir(), `.boltodds-111111111111-${id}.lock`)
    onTestFinished(() => {
      for (const path of [pipe, lie]) rmSync(path, { force: true })
    })
    const said = {
      pid: 1,
      machine: "vm",
      id: "1-00000000",
      lock: id,
      base: folder,
      rest: "odds.ndjson",
      compress: "none",
    }
    as(nobody, makePipe(pipe) + `fs.writeFileSync(${JSON.stringify(lie)}, ${JSON.stringify(JSON.stringify(said))})`)
    const { code, stderr } = await run(pipelineIn(folder, toFile("odds.ndjson")))
    expect([code, stderr]).toEqual([0, expect.any(String)])
    expect(readFileSync(join(folder, "odds.ndjson"), "utf8")).toBe(`{"left":1}\n`)
    expect(readdirSync(folder).sort()).toEqual(["odds.1.ndjson", "odds.ndjson", "pipeline.yaml"])
    expect([existsSync(pipe), existsSync(lie)]).toEqual([true, true])
  })

  it("does not stop a file sink by a pipe, a link or a lie under the name of its lock, nor by what takes its file's name", async () => {
    const base = tempFolder(0o1777)
    const config = tempFolder()
    const path = join(base, "odds.ndjson")
    const names = ["0", "1", "2", "3"].map((digit) => join(base, lockName("odds.ndjson", digit.repeat(16))))
    const [pipe, lie, link, huge] = names as [string, string, string, string]
    const said = { pid: 1, machine: "vm", id: "1-0", lock: "1".repeat(16), base, rest: "odds.ndjson", compress: "none" }
    as(
      nobody,
      makePipe(pipe) + makePipe(`${path}.part`) +
        `fs.writeFileSync(${JSON.stringify(lie)}, ${JSON.stringify(JSON.stringify(said))});
         fs.symlinkSync("/dev/zero", ${JSON.stringify(link)});
         fs.writeFileSync(${JSON.stringify(huge)}, ""); fs.truncateSync(${JSON.stringify(huge)}, 1e12);`,
    )
    const { code, stderr } = await run(pipelineIn(config, toFile(path)))
    expect([code, stderr]).toEqual([0, expect.stringContaining("moved it to")])
    expect(readFileSync(path, "utf8").split("\n").length).toBeGreaterThan(20)
    // Ours is gone, theirs is untouched.
    expect(readdirSync(base).filter((name) => name.endsWith(".lock")).sort()).toEqual(
      names.map((name) => name.slice(base.length + 1)).sort(),
    )
  })

  it("does not stop a file sink that is not root's; it fails if its name is taken", async () => {
    const base = tempFolder(0o1777)
    const config = tempFolder(0o777)
    const path = join(base, "{sport}.ndjson")
    const other = join(base, "Curling.ndjson.part")
    as(
      nobody,
      makePipe(join(base, lockName("{sport}.ndjson", "0".repeat(16)))) +
        `fs.writeFileSync(${JSON.stringify(other)}, '{"forged":1}\\n')`,
    )
    const env = { HOME: config, XDG_STATE_HOME: config, XDG_CACHE_HOME: config }
    const file = pipelineIn(config, toFile(path))
    const fine = await run(file, { env, words: commandAs(someone) })
    expect([fine.code, fine.stderr]).toEqual([0, expect.stringContaining(`Cannot use ${other}: another user made it`)])
    expect(readFileSync(other, "utf8")).toBe(`{"forged":1}\n`)
    const taken = join(base, "odds.ndjson")
    as(nobody, `fs.writeFileSync(${JSON.stringify(`${taken}.part`)}, "")`)
    const refused = await run(pipelineIn(config, toFile(taken)), { env, words: commandAs(someone) })
    expect([refused.code, refused.stderr]).toEqual([
      74,
      expect.stringContaining(
        "another user made it, in a folder where everybody can write; write to a folder of your own",
      ),
    ])
  })

  it("opens neither an outbox nor its lock, nor its log", async () => {
    const folder = tempFolder(0o755)
    const receiver = new HookReceiver()
    await receiver.up()
    onTestFinished(() => receiver.down())
    // As an earlier version made it, for everybody to read.
    mkdirSync(join(folder, "box"), { mode: 0o755 })
    for (const name of ["box.db", "box.db.lock"]) writeFileSync(join(folder, "box", name), "", { mode: 0o644 })
    const path = pipelineIn(folder, hook(receiver.url, { path: "box/box.db" }), { run: {} })
    const pipe = new PipeProcess(["run", path, "--log-format", "json"], { env: { HOOK_SECRET: hookSecret } })
    onTestFinished(() => void pipe.child.kill("SIGKILL"))
    await receiver.until(() => receiver.deliveries.length > 2)
    for (const name of ["box.db", "box.db.lock", "box.db-wal", "box.db-shm"]) {
      const file = join(folder, "box", name)
      expect([name, modeOf(file)]).toEqual([name, "600"])
      // What held SQLite's shared lock, or a read transaction that kept the log from being cut back.
      const open = `const { DatabaseSync } = require("node:sqlite");
        try { fs.openSync(${JSON.stringify(file)}, "r"); console.log("open") } catch (cause) { console.log(cause.code) }
        try { new DatabaseSync(${
        JSON.stringify(file)
      }, { readOnly: true }).exec("BEGIN; SELECT * FROM sqlite_master"); console.log("held") }
        catch (cause) { console.log(cause.message) }`
      expect(as(nobody, open)).toBe("EACCES\nunable to open database file\n")
    }
    pipe.child.kill("SIGTERM")
    expect((await pipe.ended).code).toBe(0)
  })

  it("delivers nothing in our name by an outbox that was put where ours should be", async () => {
    const folder = tempFolder(0o1777)
    const receiver = new HookReceiver()
    await receiver.up()
    onTestFinished(() => receiver.down())
    const env = { HOOK_SECRET: hookSecret }
    const theirs = tempFolder(0o777)
    // Nobody answers at port 9: what the other user's run received waits in the outbox, which is as good as forged.
    const planted = pipelineIn(theirs, hook("http://127.0.0.1:9/", { path: join(folder, "box.db") }), {
      run: { count: 20, drain_within: "100ms" },
    })
    const state = join(theirs, "state")
    const made = await run(planted, { env: { ...env, XDG_STATE_HOME: state, HOME: theirs }, words: commandAs(nobody) })
    expect([made.code, made.stderr]).toEqual([74, expect.stringContaining("others can write in it (mode 1777)")])
    // With a folder of their own it works, and is moved afterwards.
    const own = pipelineIn(theirs, hook("http://127.0.0.1:9/", { path: join(theirs, "box", "box.db") }), {
      run: { count: 20, drain_within: "100ms" },
    })
    const filled = await run(own, { env: { ...env, XDG_STATE_HOME: state, HOME: theirs }, words: commandAs(nobody) })
    expect([filled.code, filled.stderr]).toEqual([75, expect.any(String)])
    const from = join(theirs, "box", "box.db")
    as(
      nobody,
      `for (const end of ["", "-wal"]) if (fs.existsSync(${JSON.stringify(from)} + end)) fs.copyFileSync(${
        JSON.stringify(from)
      } + end, ${JSON.stringify(join(folder, "box.db"))} + end);
      fs.cpSync(${JSON.stringify(dirname(from))}, ${JSON.stringify(join(folder, "theirs"))}, { recursive: true });
      fs.symlinkSync(${JSON.stringify(join(folder, "theirs"))}, ${JSON.stringify(join(folder, "link"))})`,
    )
    const config = tempFolder()
    for (
      const [path, why] of [
        [join(folder, "box.db"), "others can write in it (mode 1777); use a folder of your own in it"],
        [join(folder, "theirs", "box.db"), `it belongs to another user (uid ${nobody}, not 0)`],
        [join(folder, "link", "box.db"), `it is a link that another user made (uid ${nobody})`],
      ] as const
    ) {
      const { code, stderr } = await run(pipelineIn(config, hook(receiver.url, { path })), { env })
      expect([code, stderr]).toEqual([74, expect.stringContaining(why)])
    }
    // In a folder of ours, too, where the file alone is theirs.
    const ours = tempFolder()
    for (const end of ["", "-wal"]) {
      if (!existsSync(from + end)) continue
      writeFileSync(join(ours, `box.db${end}`), readFileSync(from + end))
      chownSync(join(ours, `box.db${end}`), nobody, nobody)
    }
    const { code, stderr } = await run(pipelineIn(config, hook(receiver.url, { path: join(ours, "box.db") })), { env })
    expect([code, stderr]).toEqual([74, expect.stringContaining("where you know its content to be yours")])
    expect(receiver.deliveries).toEqual([])
  })

  it("adds nothing to a book that is resumed, and does not hold it up", async () => {
    const base = tempFolder(0o1777)
    const path = join(base, "odds.ndjson")
    const sinks = { archive: { file: { path }, emit: "changes" } }
    const file = pipelineIn(tempFolder(), sinks, { run: { count: 20, resume: path } })
    expect((await run(file)).code).toBe(0)
    const forged = readFileSync(path, "utf8").replaceAll(/"odds":-?\d+/g, `"odds":9999`)
    as(
      nobody,
      makePipe(`${path}.part`) +
        `fs.writeFileSync(${JSON.stringify(join(base, "odds.1.ndjson"))}, ${JSON.stringify(forged)})`,
    )
    const { code, stderr } = await run(file)
    expect([code, stderr]).toEqual([0, expect.stringContaining("odds.1.ndjson is skipped")])
    expect(stderr).toContain("odds.ndjson.part is skipped")
    expect(stderr).toContain("resuming run")
    // Neither believed nor closed: it was never in the book.
    expect(readFileSync(join(base, "odds.2.ndjson"), "utf8")).not.toContain("9999")
  })

  it("delays no dial by a planted back-off file", async () => {
    const folder = tempFolder()
    const use = { host: "feed.example", key: Redacted.make("sk-users-1b2c3d4e") }
    const memory = machineMemory({ folder })
    const now = Date.now()
    const record = {
      step: 1,
      fruitless: 1,
      keyRefusals: 0,
      at: now,
      until: now + 5000,
      why: "ours",
      during: "wait",
    } as const
    await Effect.runPromise(memory.keep(use, record))
    expect(await Effect.runPromise(memory.recall(use))).toMatchObject({ why: "ours" })
    chmodSync(folder, 0o777)
    const file = join(folder, readdirSync(folder)[0]!)
    const planted = JSON.stringify({ ...record, until: now + 3_660_000, why: "planted" })
    as(
      nobody,
      `fs.rmSync(${JSON.stringify(file)}); fs.writeFileSync(${JSON.stringify(file)}, ${JSON.stringify(planted)})`,
    )
    expect(await Effect.runPromise(memory.recall(use))).toBeUndefined()
    // And nothing is written any more where others can write.
    const problems: Array<string> = []
    await Effect.runPromise(machineMemory({ folder, onProblem: (text) => problems.push(text) }).keep(use, record))
    expect(problems).toEqual([
      `Cannot keep the back-off in ${folder}: ${folder} is not used, because others can write in it (mode 0777); run: chmod 700 ${folder}`,
    ])
  })
})

describe.runIf(isRoot)("a user with the usual folders", () => {
  it("runs in a volume that everybody can write in, whose secrets are links", async () => {
    const simulator = await startSimulator({ key: "sk-users-1b2c3d4e", rate: 50 })
    onTestFinished(() => simulator.stop())
    const volume = tempFolder(0o777)
    const secrets = tempFolder(0o755)
    // As Kubernetes lays out a secret: KEY -> ..data/KEY -> ..2026_01_01/KEY.
    mkdirSync(join(secrets, "..2026_01_01"))
    writeFileSync(join(secrets, "..2026_01_01", "key"), "sk-users-1b2c3d4e\n", { mode: 0o644 })
    symlinkSync("..2026_01_01", join(secrets, "..data"))
    symlinkSync(join("..data", "key"), join(secrets, "key"))
    const receiver = new HookReceiver()
    await receiver.up()
    onTestFinished(() => receiver.down())
    const source = { feed: { url: simulator.url, key_file: join(secrets, "key") } }
    const sinks = { ...hook(receiver.url), ...toFile(join(volume, "odds", "odds.ndjson")) }
    const path = pipelineIn(volume, sinks, { source })
    const env = { HOOK_SECRET: hookSecret, XDG_STATE_HOME: volume, XDG_CACHE_HOME: volume, HOME: volume }
    const { code, stderr } = await run(path, { env, words: commandAs(someone) })
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("can write in it")])
    expect(receiver.deliveries.length).toBeGreaterThan(0)
    expect(modeOf(join(volume, "outbox"))).toBe("700")
    expect(modeOf(join(volume, "boltodds"))).toBe("700")
    expect(modeOf(join(volume, "outbox", "hook.sqlite"))).toBe("600")
  })

  it("runs with an outbox right in a volume that is mounted for it, with a warning that names a better place", async (test) => {
    const volume = tempFolder()
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "mode=0777,size=32m", "tmpfs", volume])
    if (mounted.status !== 0) return test.skip("nothing can be mounted here")
    onTestFinished(() => void spawnSync("umount", [volume]))
    const receiver = new HookReceiver()
    await receiver.up()
    onTestFinished(() => receiver.down())
    const config = tempFolder(0o755)
    const path = pipelineIn(config, hook(receiver.url, { path: join(volume, "box.db") }))
    const env = { HOOK_SECRET: hookSecret, XDG_STATE_HOME: volume, XDG_CACHE_HOME: volume, HOME: volume }
    const { code, stderr } = await run(path, { env, words: commandAs(someone) })
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(
        `others can write in it (mode 0777); use a folder of your own in it, such as ${volume}/boltodds`,
      ),
    ])
    expect(receiver.deliveries.length).toBeGreaterThan(0)
  })

  it("runs in a volume of a group, with a warning that names it", async () => {
    const volume = tempFolder()
    chownSync(volume, 0, 4321)
    chmodSync(volume, 0o2775)
    const receiver = new HookReceiver()
    await receiver.up()
    onTestFinished(() => receiver.down())
    const path = pipelineIn(volume, { ...hook(receiver.url, { path: "box.db" }), ...toFile("odds.ndjson") })
    const env = { HOOK_SECRET: hookSecret, XDG_STATE_HOME: volume, XDG_CACHE_HOME: volume, HOME: volume }
    const { code, stderr } = await run(path, { env, words: commandAs(someone, 4321) })
    expect([code, stderr]).toEqual([0, expect.stringContaining("the group 4321 can write in it (mode 2775)")])
    expect(receiver.deliveries.length).toBeGreaterThan(0)
    expect(lstatSync(join(volume, "box.db"))).toMatchObject({ uid: someone })
  })
})
