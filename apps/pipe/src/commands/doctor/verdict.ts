/** The few lines to paste into a support request. */
import { ExitCode } from "../../process/ExitCode.ts"
import type { DoctorFinding } from "./Finding.ts"

/** What the findings come to. */
export interface DoctorVerdict {
  readonly exitCode: ExitCode
  /** One to three. */
  readonly lines: ReadonlyArray<string>
}

/** Facts of the checks that are not part of an outcome. */
export interface DoctorEnding {
  readonly keyRefused: boolean
  readonly dialed: boolean
  /** Messages with data. */
  readonly messages: number
}

/** Draws the conclusion. Pure. */
export const verdictOf = (
  findings: ReadonlyArray<DoctorFinding>,
  { keyRefused, dialed, messages }: DoctorEnding,
): DoctorVerdict => {
  const found = (check: DoctorFinding["check"]): DoctorFinding | undefined =>
    findings.find((finding) => finding.check === check)
  const failed = (check: DoctorFinding["check"]): boolean => found(check)?.outcome === "failed"
  const warned = findings.filter(({ outcome }) => outcome === "warning")
  const troubles = findings.filter(({ outcome }) => outcome === "failed")
  const also = (...told: ReadonlyArray<DoctorFinding["check"]>): ReadonlyArray<string> => {
    const others = [...troubles, ...warned].filter(({ check }) => !told.includes(check))
    return others.length === 0 ? [] : [`Also: ${others.map(({ check, text }) => `${check}: ${text}`).join(" · ")}`]
  }
  if (failed("address")) return { exitCode: ExitCode.usage, lines: ["The address of the feed cannot be used."] }
  if (failed("proxy")) {
    return {
      exitCode: ExitCode.usage,
      lines: [`The feed cannot be reached: ${found("proxy")?.text}`, ...also("proxy")],
    }
  }
  if (failed("key")) return { exitCode: ExitCode.usage, lines: ["There is no key.", ...also("key")] }
  if (keyRefused) {
    return {
      exitCode: ExitCode.keyRefused,
      lines: [
        "The server refuses the key: it is wrong or incomplete, or the plan or trial has ended.",
        ...also("rest", "dial"),
      ],
    }
  }
  if (failed("dial")) {
    return {
      exitCode: ExitCode.feedUnavailable,
      lines: [`The feed cannot be reached: ${sentence(found("dial"))}`, ...also("dial")],
    }
  }
  if (failed("names")) {
    const effect = messages > 0 ? "the other names bring data" : dialed ? "and nothing comes" : "so nothing comes of it"
    return {
      exitCode: ExitCode.usage,
      lines: [`A name does not exist, ${effect}: ${sentence(found("names"))}`, ...also("names", "data")],
    }
  }
  if (dialed && messages === 0) {
    return {
      exitCode: ExitCode.feedUnavailable,
      lines: ["The feed accepts the connection and sends no data; see the possible causes above.", ...also("data")],
    }
  }
  if (!dialed) {
    return {
      exitCode: failed("rest") ? ExitCode.feedUnavailable : ExitCode.clean,
      lines: [
        failed("rest")
          ? `REST does not answer, and the feed was not dialed: ${sentence(found("rest"))}`
          : "Everything that was checked without connecting is fine. The feed was not dialed: another process holds the key.",
        ...also("rest", "holders"),
      ],
    }
  }
  return {
    exitCode: ExitCode.clean,
    lines: troubles.length + warned.length === 0 ? ["Everything is fine: data arrives."] : ["Data arrives.", ...also()],
  }
}

const sentence = (finding: DoctorFinding | undefined): string => {
  const text = finding?.text ?? ""
  return /[.?!]$/.test(text) ? text : `${text}.`
}
