/** One allowance for all processes of a user on this machine, kept in a file. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { homedir } from "node:os"
import { dirname, join } from "node:path"
import * as process from "node:process"
import { limiterFrom, type LimiterShape } from "../Limiter.ts"
import { admit, defaultRateLimits, type RateLimits, type RateWindow } from "../RateWindow.ts"

/** Options of {@link machineLimiter}. */
export interface MachineLimiterOptions {
  /** @default {@link stateFolder} */
  readonly folder?: string
  /** @default {@link defaultRateLimits} */
  readonly limits?: RateLimits
  /** Told when the file cannot be used; the limiter goes on within this process. */
  readonly onProblem?: (message: string) => void
}

/** `$XDG_STATE_HOME/boltodds`, by default `~/.local/state/boltodds` (XDG Base Directory Specification). */
export const stateFolder = (): string => {
  const state = process.env["XDG_STATE_HOME"]
  return join(state !== undefined && state.startsWith("/") ? state : join(homedir(), ".local", "state"), "boltodds")
}

/**
 * A limiter that shares its allowance with every process of this user that uses the same folder.
 *
 * The requests of the last minute are in `rate-<hash of the host>.json`, in wall time, changed only while
 * `….lock` is held; a lock left by a process that died is taken over after 5 s. Where the folder cannot be written it
 * says so once and limits this process alone: being unable to count is no reason not to dial.
 */
export const machineLimiter = (options: MachineLimiterOptions = {}): LimiterShape => {
  const folder = options.folder ?? stateFolder()
  const limits = options.limits ?? defaultRateLimits
  const own = new Map<string, RateWindow>()
  let told = false
  return limiterFrom((host, kind) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const mine = admit(fromPast(own.get(host) ?? [], now), now, kind, limits)
      const shared = yield* Effect.tryPromise(async () => {
        await makeFolder(folder)
        const file = join(folder, `rate-${createHash("sha256").update(host).digest("hex").slice(0, 16)}.json`)
        return await locked(`${file}.lock`, async () => {
          const answer = admit(fromPast(await readWindow(file), now), now, kind, limits)
          if (answer.waitMillis <= 0) await writeWindow(file, answer.window)
          return answer
        })
      }).pipe(Effect.catch((error) =>
        Effect.sync(() => {
          if (!told) options.onProblem?.(`Cannot share the rate limit in ${folder}: ${reasonOf(error.cause)}`)
          told = true
          return mine
        })
      ))
      if (shared.waitMillis <= 0) {
        own.set(host, mine.waitMillis <= 0 ? mine.window : [...mine.window, { at: now, kind }])
      }
      return { waitMillis: Math.ceil(shared.waitMillis) }
    })
  )
}

/**
 * Not mkdir's own `recursive`: Node tries for ever where a folder exists and nothing can be made in it for ENOENT, as
 * in /proc or a folder that was deleted under us.
 */
const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return
    const parent = dirname(folder)
    if (codeOf(cause) !== "ENOENT" || parent === folder) throw cause
    await makeFolder(parent)
    await mkdir(folder, { mode: 0o700 }).catch((again: unknown) => {
      // Another process was quicker.
      if (codeOf(again) !== "EEXIST") throw again
    })
  }
}

/** A wall clock set back leaves times in the future: they count as now, or the wait could be endless. */
const fromPast = (window: RateWindow, now: number): RateWindow =>
  window.map((request) => request.at > now ? { ...request, at: now } : request)

const readWindow = async (file: string): Promise<RateWindow> => {
  let text: string
  try {
    text = await readFile(file, "utf8")
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return []
    throw cause
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Torn by a crash or someone's editor: whoever counts anew from here is at most one minute wrong.
    return []
  }
  return Array.isArray(value) ? value.filter(isRequest) : []
}

const isRequest = (value: unknown): value is RateWindow[number] =>
  typeof value === "object" && value !== null && "at" in value && Number.isFinite(value.at) && "kind" in value &&
  (value.kind === "dial" || value.kind === "rest")

const writeWindow = async (file: string, window: RateWindow): Promise<void> => {
  const part = `${file}.${process.pid}.part`
  await writeFile(part, JSON.stringify(window), { mode: 0o600 })
  await rename(part, file)
}

const staleLockMillis = 5000

/** Runs this while the lock file is ours. The work takes milliseconds, so waiting is short and a long hold is a crash. */
const locked = async <A>(lock: string, work: () => Promise<A>): Promise<A> => {
  for (let attempt = 0;; attempt++) {
    try {
      const handle = await open(lock, "wx", 0o600)
      await handle.close()
      break
    } catch (cause) {
      if (codeOf(cause) !== "EEXIST" || attempt >= 2000) throw cause
      const age = await stat(lock).then(({ mtimeMs }) => Date.now() - mtimeMs, () => 0)
      if (age > staleLockMillis) await rm(lock, { force: true })
      else await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 10))
    }
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined

const reasonOf = (cause: unknown): string => codeOf(cause) ?? (cause instanceof Error ? cause.message : String(cause))
