/** `tap` at work. */
import { visibleLines } from "@boltodds/text"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { ReadableStream } from "node:stream/web"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { errorMessage, ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import { onInterruption } from "../../process/Interruption.ts"
import { askServer, serverAddress } from "../../status/askServer.ts"

/** Prints what a sink gets until something ends it. */
export const runTap = async (given: ParsedFlags): Promise<ExitCode> => {
  const [sink, address] = given.words
  if (sink === undefined) throw new UsageError("Cannot tap without a sink: write boltodds-pipe tap SINK")
  const server = serverAddress(address)
  const ending = new AbortController()
  const millis = given.millis("for")
  const timer = millis === undefined ? undefined : setTimeout(() => ending.abort(), millis)
  const stopListening = onInterruption(() => ending.abort())
  try {
    const page = `/v1/tap?sink=${encodeURIComponent(sink)}`
    const response = await askServer(server, page, given, ending.signal)
    if (!response.ok || response.body === null) {
      throw new Failure(ExitCode.usage, visibleLines((await response.text()).slice(0, 1000)))
    }
    await pipeline(Readable.fromWeb(response.body as ReadableStream), process.stdout, { end: false })
    throw new Failure(ExitCode.feedUnavailable, `${server.origin} ended the tap`)
  } catch (cause) {
    if (ending.signal.aborted || isReaderGone(cause)) return ExitCode.clean
    if (cause instanceof Failure) throw cause
    throw new Failure(ExitCode.feedUnavailable, `The tap broke off: ${errorMessage(cause)}`, { cause })
  } finally {
    clearTimeout(timer)
    stopListening()
  }
}

const isReaderGone = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause &&
  (cause.code === "EPIPE" || cause.code === "ERR_STREAM_PREMATURE_CLOSE" && process.stdout.writable === false)
