/** Why a session is connected and yet nothing comes. */
import { type Filters, type Millis, type PlanLimits, planLimits } from "@boltodds/protocol"
import { refusalIn } from "./Backoff.ts"
import { describeUnknown, type NameReport, type UnknownName } from "../catalog/checkNames.ts"
import { describeStored } from "../catalog/CatalogStore.ts"
import { describeHolder, type KeyHolder } from "../key/KeyLeases.ts"

/** What may be the cause. */
export type DiagnosisCause =
  /** The server said so itself. */
  | { readonly kind: "server_error"; readonly texts: ReadonlyArray<string> }
  /** Messages came, and none could be understood: the feed's format is not the known one. */
  | ({ readonly kind: "not_understood" } & NotUnderstood)
  /** The server counts as many connections with this key as the plan allows. */
  | { readonly kind: "connection_limit" }
  /** These processes have connections with this key. */
  | { readonly kind: "key_held"; readonly holders: ReadonlyArray<KeyHolder> }
  /** Messages came, and none was within the filters: the server has not taken them as they are meant. */
  | ({ readonly kind: "outside_filters" } & OutsideFilters)
  /** These names do not exist, and the server ignores them in silence. */
  | { readonly kind: "unknown_names"; readonly names: ReadonlyArray<UnknownName> }
  /** The catalog lists no game within the filters now. */
  | { readonly kind: "no_games" }
  /** The plan allows less than was asked. */
  | { readonly kind: "plan_limit"; readonly plan: string }
  /** Another program uses the key: the smaller plans allow one connection. */
  | { readonly kind: "key_in_use"; readonly plan: string | undefined }
  /** The trial or the subscription has ended. */
  | { readonly kind: "plan_ended" }
  /** The address is not that of the feed. */
  | { readonly kind: "wrong_address" }
  /** The filters leave little, and it does not move. */
  | { readonly kind: "quiet" }

/** Messages that came before any data, and are no data of the feed as it is known: unknown actions, unreadable ones. */
export interface NotUnderstood {
  readonly messages: number
  /** The beginning of the first one, without the key. */
  readonly first: string
}

/** Messages with data that came, none of them within the filters. */
export interface OutsideFilters {
  readonly messages: number
  /** The first one: what it was of. */
  readonly sport: string
  readonly sportsbook: string
}

/** What is known when a connection brought nothing but pings, or nothing that can be understood. */
export interface Diagnosis {
  readonly session: string
  readonly epoch: number
  readonly at: Millis
  /** How long nothing came, in milliseconds. */
  readonly silentMillis: number
  readonly host: string
  readonly asked: Filters
  readonly plan: string | undefined
  /** What the catalog says of the names, or why it could not be asked. */
  readonly names: NameReport | { readonly unavailable: string }
  /** Proven causes first, then possible ones, the likelier first. */
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

/** Draws the conclusions. Pure. */
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
  // A list kept from earlier may lack what is new.
  const byList = report?.stored === undefined ? proven : possible
  if (report !== undefined && report.unknown.length > 0) byList.push({ kind: "unknown_names", names: report.unknown })
  if (report?.games === 0) byList.push({ kind: "no_games" })
  if (plan !== undefined && !within(planLimits(plan), asked)) possible.push({ kind: "plan_limit", plan })
  // Data that comes proves that the key works, here and now.
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

/** A diagnosis in words, several lines, the last without an end of line. */
export const renderDiagnosis = (diagnosis: Diagnosis): string => {
  const { host, silentMillis, asked, names, plan } = diagnosis
  const lines = [
    `Connected to ${host}, but ${whatCame(diagnosis)} came for ${Math.round(silentMillis / 1000)} s.`,
    `Asked for: ${describeFilters(asked)}${plan === undefined ? "" : ` (plan ${plan})`}`,
  ]
  for (const { proven, cause } of diagnosis.causes) lines.push(`${proven ? "-" : "- perhaps:"} ${describeCause(cause)}`)
  if ("unavailable" in names) lines.push(`The names could not be checked: ${names.unavailable}`)
  else if (Object.keys(asked).length > 0) {
    if (names.unknown.length === 0) lines.push("All names asked for exist.")
    if (names.stored !== undefined) lines.push(`The names were checked ${describeStored(names.stored)}`)
  }
  return lines.join("\n")
}

const whatCame = ({ causes }: Diagnosis): string => {
  const kinds = new Set(causes.map(({ cause }) => cause.kind))
  if (kinds.has("outside_filters")) return "nothing within the filters"
  return kinds.has("not_understood") ? "nothing that can be understood" : "nothing except pings"
}

const describeFilters = (filters: Filters): string => {
  const parts = Object.entries(filters).map(([kind, names]) => `${kind} ${(names as ReadonlyArray<string>).join(", ")}`)
  return parts.length === 0 ? "everything" : parts.join("; ")
}

const describeCause = (cause: DiagnosisCause): string => {
  switch (cause.kind) {
    case "server_error":
      return `the server said: ${cause.texts.join("; ")}`
    case "not_understood":
      return `${cause.messages} ${cause.messages === 1 ? "message" : "messages"} came that this version does not` +
        ` understand (the format may have changed, or the address is not that of the feed); the first: ${cause.first}`
    case "connection_limit":
      return "the server counts too many connections of this key: end the others, and give it a minute to notice"
    case "key_held":
      return `another process holds this key: ${cause.holders.map(describeHolder).join("; ")}`
    case "outside_filters":
      return `${cause.messages} ${cause.messages === 1 ? "message" : "messages"} came that ${
        cause.messages === 1 ? "was" : "were"
      } not asked for, the first of sport ${cause.sport} at ${cause.sportsbook}: ` +
        "the server did not take the filters as they are meant; see that each name is exactly the catalog's"
    case "unknown_names":
      return `names that do not exist are ignored by the server: ${cause.names.map(describeUnknown).join("; ")}`
    case "no_games":
      return "the catalog lists no game for these filters now"
    case "plan_limit":
      return `the plan ${cause.plan} allows one sport and one market: name one of each`
    case "key_in_use":
      return `another program uses this key: ${allowed(cause.plan)} at a time`
    case "plan_ended":
      return "the trial or subscription of this key has ended"
    case "wrong_address":
      return "the address is not that of the feed"
    case "quiet":
      return "there is nothing to tell within these filters at this hour"
  }
}

const allowed = (plan: string | undefined): string => {
  const limits = plan === undefined ? undefined : planLimits(plan)
  return limits === undefined
    ? "the plans allow 1 to 3 connections"
    : `the plan ${plan} allows ${limits.connections} ${limits.connections === 1 ? "connection" : "connections"}`
}
