/** `status` at work. */
import type { StatusByKind } from "@boltodds/pipeline"
import { visibleJson } from "@boltodds/text"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { ExitCode, Failure } from "../../process/ExitCode.ts"
import { askServer, serverAddress } from "../../status/askServer.ts"
import { statusTable } from "../../status/statusTable.ts"
import { writeOut } from "../../terminal/Terminal.ts"

/** Prints the status of a process. */
export const runStatus = async (given: ParsedFlags): Promise<ExitCode> => {
  given.refuseBeside("probe", ["json"], "a page is text")
  const server = serverAddress(given.words[0])
  const probe = given.text("probe")
  const response = await askServer(server, probe === undefined ? "/status" : `/${probe}`, given)
  const text = await response.text()
  if (probe !== undefined) {
    await writeOut(text)
    return response.ok ? ExitCode.clean : ExitCode.feedUnavailable
  }
  const status = statusOf(response.ok ? text : "")
  if (status === undefined) {
    throw new Failure(
      ExitCode.feedUnavailable,
      `Cannot read the status at ${server.origin}: HTTP ${response.status}. Is it boltodds-pipe that serves there?`,
    )
  }
  await writeOut(given.isSet("json") ? `${visibleJson(text.trimEnd())}\n` : statusTable(status))
  return ExitCode.clean
}

const statusOf = (text: string): StatusByKind | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && "process" in value ? value as StatusByKind : undefined
  } catch {
    return undefined
  }
}
