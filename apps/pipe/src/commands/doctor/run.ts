/** `doctor` at work. */
import { defaultFeedUrl, Limiter, type LimiterShape, parseFeedUrl, UrlRefused } from "@boltodds/connection"
import { visible, visibleJson } from "@boltodds/text"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import { ExitCode } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { paintFor, writePainted } from "../../terminal/Terminal.ts"
import { version } from "../../commandLine/help.ts"
import { onInterruption } from "../../process/Interruption.ts"
import { type Machine, thisMachine } from "@boltodds/parts/feed"
import { filtersOf, keySourceOf, logOf } from "../../commandLine/settings.ts"
import { checkFeedData } from "./feedChecks.ts"
import { type AddFinding, type DoctorFinding, findingText, redactor, secretsIn, spanText } from "./Finding.ts"
import { checkDns, checkHolders, checkKey, checkPermissions, checkProxy, checkState, checkTls } from "./localChecks.ts"
import { checkFilters, checkRest } from "./restChecks.ts"
import { type DoctorEnding, verdictOf } from "./verdict.ts"

const defaultForMillis = 20_000

/** Checks everything in its order, prints what it finds as it finds it, and a verdict. */
export const runDoctor = async (given: ParsedFlags): Promise<ExitCode> => {
  const log = logOf(given)
  const forMillis = given.millis("for") ?? defaultForMillis
  const json = given.isSet("json")
  const paint = paintFor(process.stdout, process.env)
  const url = given.text("url")
  const secrets = [...secretsIn(url)]
  const write = (text: string): Promise<void> => writePainted(redactor(secrets)(text))
  const findings: Array<DoctorFinding> = []
  // In their order, each when it is known: the next takes its time.
  let written = Promise.resolve()
  const add: AddFinding = (finding) => {
    findings.push(finding)
    if (!json) written = written.then(() => write(findingText(finding, paint)))
  }
  const note = (text: string): void => log.log("info", redactor(secrets)(text))
  const at = new Date().toISOString()
  const title = { program: "boltodds-pipe", version: version(), at, runtime: runtimeText() }
  if (!json) await write(paint.dim(`boltodds-pipe ${title.version} doctor, ${title.runtime}, ${at}\n`))

  const enough = Deferred.makeUnsafe<void>()
  const stopListening = onInterruption(() => void Deferred.doneUnsafe(enough, Exit.void))
  const machine = patient(thisMachine(log.log, "boltodds-pipe"), note)
  // What listens at the signal ends by itself, and says what it saw; anything else is not waited for.
  const cutShort = Effect.as(Effect.andThen(Deferred.await(enough), Effect.sleep(500)), undefined)
  const exit = await Effect.runPromiseExit(
    Effect.raceFirst(
      examine({ given, url, forMillis, machine, enough, note, add, secrets, keySource: keySourceOf(given, log) }),
      cutShort,
    ).pipe(
      Effect.provideService(Limiter, machine.limiter),
      Effect.provide(log.layer),
    ),
  )
  stopListening()
  await written
  if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
  const { exitCode, lines } = exit.value === undefined
    ? { exitCode: ExitCode.feedUnavailable, lines: ["Interrupted: the checks that are missing above were not made."] }
    : verdictOf(findings, exit.value)
  await write(
    json
      ? `${visibleJson(JSON.stringify({ ...title, findings, verdict: lines, exitCode }))}\n`
      : `\n${paint.bold("Verdict")}  ${lines.map(visible).join("\n         ")}\n`,
  )
  return exitCode
}

interface Examination {
  readonly given: ParsedFlags
  readonly url: string | undefined
  readonly forMillis: number
  readonly machine: Required<Machine>
  readonly keySource: ReturnType<typeof keySourceOf>
  readonly enough: Deferred.Deferred<void>
  readonly note: (text: string) => void
  readonly add: AddFinding
  /** To be kept out of what is written; what is found on the way is added. */
  readonly secrets: Array<string>
}

const nothing: DoctorEnding = { keyRefused: false, dialed: false, messages: 0 }

const examine = (
  { given, url, forMillis, machine, keySource, enough, note, add, secrets }: Examination,
): Effect.Effect<DoctorEnding, UrlRefused> =>
  Effect.gen(function* () {
    const found = yield* Effect.option(keySource.key)
    if (found._tag === "Some") secrets.push(Redacted.value(found.value))
    const key = yield* checkKey(keySource, add)
    const insecure = given.isSet("insecure")
    const address = parseFeedUrl(url ?? defaultFeedUrl, { insecure })
    if (address instanceof UrlRefused) {
      add({
        check: "address",
        outcome: "failed",
        text: address.message.replace("with insecure", "with --insecure"),
      })
      return nothing
    }
    const { host } = address
    // Without the path: keys have been pasted there too.
    add({
      check: "address",
      outcome: "ok",
      text: `${host}${url === undefined ? ", the feed's own" : ""}`,
      facts: { host },
    })
    yield* checkState(host, add)
    checkPermissions(given.text("key-file"), add)
    const holders = key === undefined ? [] : yield* checkHolders(host, key, machine, add)
    const proxy = checkProxy(url ?? defaultFeedUrl, add)
    checkTls(process.env, add)
    yield* checkDns(address, proxy, add)
    if (proxy !== undefined && "problem" in proxy) return nothing
    if (key === undefined) return nothing

    const feed = { url: url ?? defaultFeedUrl, insecure, key: keySource.key }
    const filters = filtersOf(given)
    const rest = yield* checkRest(feed, machine, add)
    if (rest.keyRefused) {
      add({ check: "names", outcome: "skipped", text: "the key is refused" })
      add({ check: "dial", outcome: "skipped", text: "the key is refused" })
      return { ...nothing, keyRefused: true }
    }
    const names = yield* checkFilters(filters, rest, add)
    if (holders.length > 0 && !given.isSet("dial")) {
      add({
        check: "dial",
        outcome: "skipped",
        text: "another process holds the key, and a connection more could end its stream",
        advice: "With --dial it is dialed all the same.",
      })
      return nothing
    }
    const listed = rest.info?.sportsbooks
    const result = yield* checkFeedData(
      { feed, host, filters, machine, forMillis, names, holders, listed, enough, note },
      add,
    )
    return { keyRefused: result.keyRefused, dialed: true, messages: result.messages }
  })

/** The same machine, with a note whenever its limiter makes the doctor wait. */
const patient = (machine: Required<Machine>, note: (text: string) => void): Required<Machine> => {
  const limiter: LimiterShape = {
    take: (host, kind, onWait) =>
      machine.limiter.take(host, kind, (millis) => {
        if (kind === "rest") note(`waiting ${spanText(millis)}: this machine's requests of the last minute are used up`)
        onWait?.(millis)
      }),
  }
  return { ...machine, limiter }
}

const runtimeText = (): string => {
  const { deno, bun } = process.versions
  const runtime = deno !== undefined
    ? `Deno ${deno}`
    : bun !== undefined
    ? `Bun ${bun}`
    : `Node ${process.versions.node}`
  return `${runtime} on ${process.platform} ${process.arch}`
}
