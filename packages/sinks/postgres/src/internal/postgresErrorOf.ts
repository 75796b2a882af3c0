/** From an error of the client or the server to one of ours. */
import { PostgresError, type PostgresErrorReason } from "../PostgresError.ts"

/** Codes of PostgreSQL (appendix A of its manual) by their beginning, longest first. */
const reasons: ReadonlyArray<readonly [string, PostgresErrorReason]> = [
  ["53100", "full"],
  ["53200", "full"],
  ["3D000", "missing"],
  ["42501", "refused"],
  ["28", "refused"],
  ["22", "rejected"],
  ["54", "rejected"],
  ["08", "unreachable"],
  ["57P", "unreachable"],
  ["53300", "unreachable"],
]

const advice: { readonly [reason in PostgresErrorReason]?: string } = {
  refused: "Check user, password and what the user may do",
  missing: "Make the database: createdb",
  full: "Make room on the server",
  unreachable: "Start the server, or check its address and whether it speaks TLS",
}

/** The error of something that was tried. Its message never holds a password: the server does not send one. */
export const postgresErrorOf = (cause: unknown, what: string): PostgresError => {
  if (cause instanceof PostgresError) return cause
  const text = cause instanceof Error ? cause.message || cause.name : String(cause)
  const code = codeOf(cause)
  const reason = reasonOf(code, text)
  const hint = advice[reason]
  const why = /ECONNREFUSED/.test(code + text) ? "connection refused" : text.replace(/\.$/, "")
  return new PostgresError(reason, `${what}: ${why}${hint === undefined ? "" : `. ${hint}`}.`, { cause })
}

const reasonOf = (code: string, text: string): PostgresErrorReason => {
  const known = reasons.find(([prefix]) => code.startsWith(prefix))
  if (known !== undefined) return known[1]
  if (/password/i.test(text)) return "refused"
  if (/^E[A-Z]+$/.test(code) || /connection|terminated|timeout|timed out|ended|certificate|SSL/i.test(text)) {
    return "unreachable"
  }
  return "server"
}

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string" ? cause.code : ""
