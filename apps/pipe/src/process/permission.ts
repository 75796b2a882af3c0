/** What a runtime with permissions does not allow. */

interface Denied {
  readonly name?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly cause?: unknown
  readonly permission?: unknown
  readonly resource?: unknown
}

/**
 * What to do where Deno, or Node with `--permission`, denied something: a sentence for the user. Undefined where the
 * error, and whatever caused it, is another one.
 */
export const permissionAdvice = (error: unknown): string | undefined => {
  for (let cause = error, depth = 0; isObject(cause) && depth < 10; cause = cause.cause, depth++) {
    // Deno: `Requires net access to "127.0.0.1:7878", run again with the --allow-net flag`.
    if (cause.name === "NotCapable") return `${String(cause.message)}. ${allPermissions}`
    if (cause.code === "ERR_ACCESS_DENIED") {
      const what = cause.permission === undefined ? "" : `: ${String(cause.permission)} ${String(cause.resource ?? "")}`
      return `Node denies access${what.trimEnd()}; allow it, or run without --permission. ${allPermissions}`
    }
  }
  return undefined
}

/**
 * What a message means where Deno's `node:net` or `node:dns` denied something: they say EPERM, and no more. Undefined
 * where it means something else.
 */
export const permissionHint = (message: string): string | undefined =>
  "Deno" in globalThis && /\bEPERM\b/.test(message)
    ? `Under Deno EPERM is a missing permission: run again with the --allow-net flag. ${allPermissions}`
    : undefined

const allPermissions = "The permissions that the command needs are listed in docs/runtimes.md"

const isObject = (value: unknown): value is Denied => typeof value === "object" && value !== null
