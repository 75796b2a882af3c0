/** The diagnosis of a connection without data. */
import { type Filters, type Millis, type PlanLimits, planLimits } from "@boltodds/protocol"
import { refusalIn } from "./Backoff.ts"
import { describeUnknown, type NameReport, type UnknownName } from "../catalog/checkNames.ts"
import { describeStored } from "../catalog/CatalogStore.ts"
import { describeHolder, type KeyHolder } from "../key/KeyLeases.ts"

/** A possible cause. */
export type DiagnosisCause =
  /** The server sent errors. */
  | { readonly kind: "server_error"; readonly texts: ReadonlyArray<string> }
  /** Messages came, but none could be understood: the format is not the known one. */
  | ({ readonly kind: "not_understood" } & NotUnderstood)
  /** The server counts more connections with this key than the plan allows. */
  | { readonly kind: "connection_limit" }
  /** These processes have connections with this key. */
  | { readonly kind: "key_held"; readonly holders: ReadonlyArray<KeyHolder> }
  /** Messages came, but none within the filters: the server does not apply them as meant. */
  | ({ readonly kind: "outside_filters" } & OutsideFilters)
  /** These names do not exist. The server ignores them without an error. */
  | { readonly kind: "unknown_names"; readonly names: ReadonlyArray<UnknownName> }
  /** The catalog lists no game for the filters now. */
  | { readonly kind: "no_games" }
  /** The plan allows less than the filters ask for. */
  | { readonly kind: "plan_limit"; readonly plan: string }
  /** Another program uses the key: the smaller plans allow one connection. */
  | { readonly kind: "key_in_use"; readonly plan: string | undefined }
  /** The trial or the subscription has ended. */
  | { readonly kind: "plan_ended" }
  /** The URL is not that of the feed. */
  | { readonly kind: "wrong_address" }
  /** The filters match little, and it does not change now. */
  | { readonly kind: "quiet" }

/** Messages before any data that are unknown or cannot be read. */
export interface NotUnderstood {
  readonly messages: number
  /** The beginning of the first message, without the key. */
  readonly first: string
}

/** Messages with data, none of them within the filters. */
export interface OutsideFilters {
  readonly messages: number
  /** The sport of the first message. */
  readonly sport: string
  /** The sportsbook of the first message. */
  readonly sportsbook: string
}

/** What is known about a connection that brought nothing but pings, or nothing that can be understood. */
export interface Diagnosis {
  readonly session: string
  readonly epoch: number
  readonly at: Millis
  /** How long no data came, in milliseconds. */
  readonly silentMillis: number
  readonly host: string
  readonly asked: Filters
  readonly plan: string | undefined
  /** The check of the names against the catalog, or why it was not possible. */
  readonly names: NameReport | { readonly unavailable: string }
  /** Proven causes first, then possible ones, the most likely first. */
  readonly causes: ReadonlyArray<{ readonly proven: boolean; readonly cause: DiagnosisCause }>
}

/** The facts of a {@link Diagnosis}. */
export type DiagnosisFacts = Omit<Diagnosis, "causes"> & {
  readonly errors: ReadonlyArray<string>
  readonly notUnderstood?: NotUnderstood | undefined
  readonly outside?: OutsideFilters | undefined
  /** Other processes that hold the key. */
  readonly holders?: ReadonlyArray<KeyHolder>
}

/** Derives the causes from the facts. Pure. */
export const diagnose = (
  { errors, notUnderstood, outside, holders = [], ...facts }: DiagnosisFacts,
): Diagnosis => {
  const { asked, plan, names } = facts
  const report = "unavailable" in names ? undefined : names
  const proven: Array<DiagnosisCause> = []
  const possible: Array<DiagnosisCause> = []
  if (errors.length > 0) proven.push({ kind: "server_error", texts: errors })
  if (errors.some((text) => refusalIn(text) === "busy" && /connection/i.test(text))) {
    proven.push({ kind: "connection_limit" })
  }
  if (notUnderstood !== undefined) proven.push({ kind: "not_understood", ...notUnderstood })
  if (outside !== undefined) proven.push({ kind: "outside_filters", ...outside })
  if (holders.length > 0) proven.push({ kind: "key_held", holders })
  // A stored catalog may lack new names.
  const byList = report?.stored === undefined ? proven : possible
  if (report !== undefined && report.unknown.length > 0) byList.push({ kind: "unknown_names", names: report.unknown })
  if (report?.games === 0) byList.push({ kind: "no_games" })
  if (plan !== undefined && !within(planLimits(plan), asked)) possible.push({ kind: "plan_limit", plan })
  // Data proves that the key works now.
  if (outside === undefined) {
    if (holders.length === 0) possible.push({ kind: "key_in_use", plan })
    possible.push({ kind: "plan_ended" })
    if (report === undefined) possible.push({ kind: "wrong_address" })
    if (Object.keys(asked).length > 0) possible.push({ kind: "quiet" })
  }
  return {
    ...facts,
    causes: [
      ...proven.map((cause) => ({ proven: true, cause })),
      ...possible.map((cause) => ({ proven: false, cause })),
    ],
  }
}

const within = (limits: PlanLimits | undefined, { sports, markets }: Filters): boolean =>
  limits === undefined ||
  ((limits.sports === undefined || sports?.length === limits.sports) &&
    (limits.markets === undefined || markets?.length === limits.markets))

/** Describes a diagnosis in several lines, without a final line break. */
export const renderDiagnosis = (diagnosis: Diagnosis): string => {
  const { host, silentMillis, asked, names, plan } = diagnosis
  const lines = [
    `Connected to ${host}, but ${whatCame(diagnosis)} for ${Math.round(silentMillis / 1000)} s.`,
    `Asked for: ${describeFilters(asked)}${plan === undefined ? "" : ` (plan ${plan})`}`,
  ]
  for (const { proven, cause } of diagnosis.causes) {
    lines.push(`${proven ? "-" : "- perhaps:"} ${describeCause(cause)}`)
  }
  if ("unavailable" in names) lines.push(`Cannot check the names: ${names.unavailable}`)
  else if (Object.keys(asked).length > 0) {
    if (names.unknown.length === 0) lines.push("All names exist in the catalog.")
    if (names.stored !== undefined) lines.push(`Names checked ${describeStored(names.stored)}`)
  }
  return lines.join("\n")
}

const whatCame = ({ causes }: Diagnosis): string => {
  const kinds = new Set(causes.map(({ cause }) => cause.kind))
  if (kinds.has("outside_filters")) return "received no data within the filters"
  return kinds.has("not_understood") ? "understood no message" : "received only pings"
}

const describeFilters = (filters: Filters): string => {
  const parts = Object.entries(filters).map(([kind, names]) => `${kind} ${(names as ReadonlyArray<string>).join(", ")}`)
  return parts.length === 0 ? "everything" : parts.join("; ")
}

const describeCause = (cause: DiagnosisCause): string => {
  switch (cause.kind) {
    case "server_error":
      return `the server sent an error: ${cause.texts.join("; ")}`
    case "not_understood":
      return `this version does not understand ${
        count(cause.messages, "message")
      }. The format may have changed, or the URL is not ` +
        `that of the feed. The first message: ${cause.first}`
    case "connection_limit":
      return "the server counts too many connections with this key. End the others, and wait a minute"
    case "key_held":
      return `another process holds this key: ${cause.holders.map(describeHolder).join("; ")}`
    case "outside_filters":
      return `the server sent ${
        count(cause.messages, "message")
      } outside the filters, the first about ${cause.sport} at ` +
        `${cause.sportsbook}: it does not apply the filters as meant. Check that each name is exactly as in the catalog`
    case "unknown_names":
      return `the server ignores names that do not exist: ${cause.names.map(describeUnknown).join("; ")}`
    case "no_games":
      return "the catalog lists no game for these filters now"
    case "plan_limit":
      return `the plan ${cause.plan} allows one sport and one market. Name one of each`
    case "key_in_use":
      return `another program uses this key: ${allowed(cause.plan)} at a time`
    case "plan_ended":
      return "the trial or subscription of this key has ended"
    case "wrong_address":
      return "the URL is not that of the feed"
    case "quiet":
      return "nothing changes within these filters at the moment"
  }
}

const allowed = (plan: string | undefined): string => {
  const limits = plan === undefined ? undefined : planLimits(plan)
  return limits === undefined
    ? "the plans allow 1 to 3 connections"
    : `the plan ${plan} allows ${count(limits.connections, "connection")}`
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`
