/** Asks the server of a running process. */
import { readNamed } from "@boltodds/machine"
import { fileText } from "@boltodds/text"
import type { ParsedFlags } from "../commandLine/flags.ts"
import { errorMessage, ExitCode, Failure, UsageError } from "../process/ExitCode.ts"

/** The address of a process that serves at the usual place. */
export const defaultServer = "http://127.0.0.1:7880"

/** A token is short. */
const longestToken = 4096

/** The address that a word means: `7880`, `127.0.0.1:7880`, `https://feed.example.com`. Throws a `UsageError`. */
export const serverAddress = (word: string = defaultServer): URL => {
  const text = /^\d+$/.test(word) ? `http://127.0.0.1:${word}` : word.includes("://") ? word : `http://${word}`
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageError("Cannot use the address: expected a port, HOST:PORT or http://HOST:PORT")
  }
  return new URL(text)
}

/** Asks for a page. Throws a `Failure` if no server answers, or if it asks for a token. */
export const askServer = async (
  server: URL,
  page: string,
  given: ParsedFlags,
  signal?: AbortSignal,
): Promise<Response> => {
  const token = await tokenOf(given)
  let response: Response
  try {
    response = await fetch(new URL(page, server), {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: "error",
      signal: signal ?? AbortSignal.timeout(answerMillis),
    })
  } catch (cause) {
    const why = cause instanceof Error && cause.cause !== undefined ? errorMessage(cause.cause) : errorMessage(cause)
    throw new Failure(
      ExitCode.feedUnavailable,
      `No process answers at ${server.origin}: ${why}. Start one with --listen, or name its address`,
      { cause },
    )
  }
  if (response.status === 401) {
    throw new Failure(ExitCode.keyRefused, `${server.origin} asks for its token: use --token-file`)
  }
  return response
}

/** How long an answer may take. */
const answerMillis = 10_000

/** The flags of commands that ask a server. */
export const serverTokenFlag = {
  name: "token-file",
  value: "PATH",
  about: "The token of the server, if it has one.",
} as const

const tokenOf = async (given: ParsedFlags): Promise<string | undefined> => {
  const path = given.text("token-file")
  if (path === undefined) return undefined
  try {
    const text = fileText((await readNamed(path, { maxBytes: longestToken })).bytes)?.trim()
    if (text !== undefined && /^[\x21-\x7e]+$/.test(text)) return text
  } catch (cause) {
    throw new Failure(ExitCode.badConfiguration, `Cannot read the token file ${path}: ${errorMessage(cause)}`, {
      cause,
    })
  }
  throw new Failure(ExitCode.badConfiguration, `Cannot use the token file ${path}: it must hold one word of ASCII`)
}
