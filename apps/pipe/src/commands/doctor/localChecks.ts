/** What can be checked without the feed: the key, files of this machine, other processes, DNS. */
import { describeHolder, type FeedUrl, type KeyHolder } from "@boltodds/connection"
import { type FeedProxy, feedProxy, machineAllowance } from "@boltodds/connection/node"
import { cacheFolder, type Exposure, folderExposure, namedSecretExposure, stateFolder } from "@boltodds/machine"
import { isLoopbackHost } from "@boltodds/text"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHmac } from "node:crypto"
import { constants, existsSync } from "node:fs"
import { lookup } from "node:dns/promises"
import { access } from "node:fs/promises"
import { isIP } from "node:net"
import { dirname } from "node:path"
import type { Machine } from "@boltodds/parts/feed"
import { howToGiveAKey } from "../../process/environment.ts"
import type { KeySource } from "../../commandLine/settings.ts"
import { type AddFinding, type CheckName, counted, type DoctorFinding, spanText } from "./Finding.ts"

/**
 * 24 bits of an HMAC under a label of this program: enough to see in two reports whether the key is the same, too little
 * to confirm a guess, and not to be found in a table of plain hashes.
 */
const fingerprintOf = (key: string): string =>
  createHmac("sha256", "boltodds-pipe doctor: fingerprint of a key").update(key).digest("hex").slice(0, 6)

/** Reads the key; undefined where there is none to be had. */
export const checkKey = (
  { key, source }: KeySource,
  add: AddFinding,
): Effect.Effect<Redacted.Redacted<string> | undefined> =>
  Effect.match(key, {
    onSuccess: (key) => {
      const text = Redacted.value(key)
      const fingerprint = fingerprintOf(text)
      add({
        check: "key",
        outcome: "ok",
        text: `${counted(text.length, "character")} from ${source}, fingerprint ${fingerprint}`,
        facts: { source, length: text.length, fingerprint },
      })
      return key
    },
    onFailure: ({ message }) => {
      add({ check: "key", outcome: "failed", text: message, advice: howToGiveAKey })
      return undefined
    },
  })

/** Whether processes of this machine can share limits, and what is left of them. */
export const checkState = (host: string, add: AddFinding): Effect.Effect<void> =>
  Effect.gen(function* () {
    const folder = stateFolder()
    const problem = yield* Effect.promise(() => whyNotWritable(folder))
    if (problem !== undefined) {
      return add({
        check: "state",
        outcome: "warning",
        text: `${folder} cannot be written (${problem})`,
        advice: "Limits hold for this process alone; set XDG_STATE_HOME to a folder that all processes can write.",
      })
    }
    if (isLoopbackHost(host)) {
      return add({
        check: "state",
        outcome: "ok",
        text: `${folder} can be written; this machine's own server has no limit`,
      })
    }
    const allowance = yield* Effect.result(machineAllowance(host))
    if (allowance._tag === "Failure") {
      return add({ check: "state", outcome: "warning", text: allowance.failure.message })
    }
    const { left, dialsLeft, dialWaitMillis } = allowance.success
    const wait = dialWaitMillis > 0 ? `; the next dial in ${spanText(dialWaitMillis)}` : ""
    add({
      check: "state",
      outcome: left === 0 || dialsLeft === 0 ? "warning" : "ok",
      text: `${folder} can be written; ${counted(left, "request")} left this minute, of these ${
        counted(dialsLeft, "dial")
      }${wait}`,
      ...(left === 0 || dialsLeft === 0
        ? {
          advice: "Processes of this machine have used up the minute's requests to this host; this one waits its turn.",
        }
        : {}),
      facts: { folder, requestsLeft: left, dialsLeft, dialWaitMillis },
    })
  })

/** Whether other users can read the key or forge what is kept for the next run. */
export const checkPermissions = (keyFile: string | undefined, add: AddFinding): void => {
  const check: CheckName = "permissions"
  const found: Array<{ readonly path: string; readonly exposure: Exposure }> = []
  const look = (path: string, exposure: Exposure | undefined): void => {
    if (exposure !== undefined) found.push({ path, exposure })
  }
  if (keyFile !== undefined) look(keyFile, namedSecretExposure(keyFile))
  for (const folder of [stateFolder(), cacheFolder()]) if (existsSync(folder)) look(folder, folderExposure(folder))
  const facts = { found: found.map(({ path, exposure: { level, found } }) => ({ path, level, found })) }
  if (found.length === 0) {
    const what = keyFile === undefined ? "the state and the cache" : "the key file, the state and the cache"
    return add({ check, outcome: "ok", text: `${what} are for this user alone`, facts })
  }
  const texts = found.map(({ path, exposure }) =>
    `${path}: ${exposure.found}${exposure.level === "unsafe" ? ", so it is not used" : ""}`
  )
  const advice = found.map(({ exposure }) => exposure.advice).join("\n")
  add({ check, outcome: "warning", text: texts.join("; "), advice, facts })
}

/** The folder, or the one it would be made in. */
const whyNotWritable = async (folder: string): Promise<string | undefined> => {
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    return undefined
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error"
    return code === "ENOENT" && dirname(folder) !== folder ? await whyNotWritable(dirname(folder)) : code
  }
}

/** Who else uses the key on this machine. */
export const checkHolders = (
  host: string,
  key: Redacted.Redacted<string>,
  { leases }: Required<Machine>,
  add: AddFinding,
): Effect.Effect<ReadonlyArray<KeyHolder>> =>
  Effect.map(leases.holders({ host, key }), (holders) => {
    add(
      holders.length === 0
        ? { check: "holders", outcome: "ok", text: "no other process of this machine uses the key", facts: { holders } }
        : {
          check: "holders",
          outcome: "warning",
          text: `another process holds this key: ${holders.map(describeHolder).join("; ")}`,
          advice: "Starter and Growth allow one connection, Pro three. Other machines cannot be seen from here.",
          facts: { holders },
        },
    )
    return holders
  })

/** Which proxy the feed is reached through; says nothing where there is none. */
export const checkProxy = (url: string, add: AddFinding): FeedProxy | undefined => {
  const proxy = feedProxy(url)
  if (proxy === undefined) return undefined
  if ("problem" in proxy) add({ check: "proxy", outcome: "failed", text: proxy.problem })
  else {
    add({
      check: "proxy",
      outcome: "ok",
      text: `${proxy.label}, from ${proxy.variable}`,
      facts: { label: proxy.label, variable: proxy.variable },
    })
  }
  return proxy
}

/** Variables that change which certificates are trusted; says nothing where none is set. */
export const checkTls = (env: Readonly<Record<string, string | undefined>>, add: AddFinding): void => {
  const extra = env["NODE_EXTRA_CA_CERTS"] ?? ""
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
    return add({
      check: "tls",
      outcome: "warning",
      text: "NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect here: every certificate is verified",
      advice:
        "Unset it. For the authority of a company proxy: NODE_EXTRA_CA_CERTS=/path/ca.pem; for one webhook: its option ca.",
    })
  }
  if (extra !== "") add({ check: "tls", outcome: "ok", text: `also trusts ${extra}, from NODE_EXTRA_CA_CERTS` })
}

/** Whether the host's name leads anywhere. */
export const checkDns = ({ host }: FeedUrl, proxy: FeedProxy | undefined, add: AddFinding): Effect.Effect<void> =>
  Effect.promise(async () => {
    const check: CheckName = "dns"
    const name = new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, "")
    const through = proxy === undefined ? "" : "; the proxy looks names up by itself"
    if (isIP(name) !== 0) {
      return add({ check, outcome: "skipped", text: `${name} is an address${through}` })
    }
    const start = performance.now()
    const finding: DoctorFinding = await lookup(name, { all: true }).then((addresses): DoctorFinding => {
      const families = [...new Set(addresses.map(({ family }) => `IPv${family}`))].sort().join(" and ")
      return {
        check,
        outcome: "ok",
        text: `${name} is ${addresses.map(({ address }) => address).join(", ")} (${families}), found in ${
          spanText(performance.now() - start)
        }${through}`,
        facts: { name, addresses },
      }
    }, (cause: unknown): DoctorFinding => ({
      check,
      outcome: proxy === undefined ? "failed" : "warning",
      text: `${name} cannot be found: ${
        cause instanceof Error && "code" in cause ? String(cause.code) : "no answer"
      }${through}`,
      advice: "Check the spelling of --url, and that this machine's name server answers.",
    }))
    add(finding)
  })
