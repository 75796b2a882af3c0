/** `docs/security.md`, "Bounds", against the code. */
import { frameLimitFor } from "@boltodds/connection/node"
import { messageLimits } from "@boltodds/protocol"
import { defaultStateLimits } from "@boltodds/state"
import { longestLineFor } from "@boltodds/text"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const mebibyte = 1024 * 1024
const number = new Intl.NumberFormat("en")
const mebibytes = (bytes: number): string => `${number.format(bytes / mebibyte)} MiB`
const range = (least: number, most: number): string => `${least / mebibyte} to ${mebibytes(most)}`

const { sessions, sportsbooks, games, outcomes, characters, bytes } = defaultStateLimits
const notKept = "not applied; its scope is unverified"
const notParsed = "not parsed; what its beginning names is unverified"

const notRead = "the rest of the frame is not read; the session is unverified"

/** What, how much, where to change it, what happens beyond it. */
const rows: ReadonlyArray<readonly [string, string, string, string]> = [
  [
    "One frame",
    `an eighth of V8's heap limit or of the memory, ${range(frameLimitFor(0, 0), frameLimitFor(Infinity, 0))}`,
    "`maxFrameBytes` of `wsTransport`",
    "the connection ends (`oversize`); a second in a row ends the session (exit code 69)",
  ],
  ["One message", mebibytes(messageLimits.messageBytes), "–", notParsed],
  [
    `Values of a message over ${messageLimits.wholeFrame / 1024} KiB`,
    number.format(messageLimits.messageValues),
    "–",
    notParsed,
  ],
  [
    "Messages of a frame over 256 KiB",
    `${number.format(messageLimits.frameMessages)}, or one for each ${messageLimits.bytesPerMessage} bytes`,
    "–",
    notRead,
  ],
  ["Those of them that name no sportsbook", number.format(messageLimits.frameOthers), "–", notRead],
  [
    "Values of a frame over 256 KiB",
    `${number.format(messageLimits.frameValues)}, or one for each ${messageLimits.bytesPerValue} bytes`,
    "–",
    notRead,
  ],
  ["Sessions", number.format(sessions), "`limits.sessions`", notKept],
  ["Sportsbooks of a session", number.format(sportsbooks), "`limits.sportsbooks`", notKept],
  ["Games", number.format(games), "`limits.games`", notKept],
  ["Outcomes of a game", number.format(outcomes), "`limits.outcomes`", notKept],
  [
    "A name",
    `${number.format(characters)} characters; a link ${number.format(10 * characters)}`,
    "`limits.characters`",
    "not applied; what contains it is unverified",
  ],
  [
    "Estimated size of the book",
    `${mebibytes(bytes)}; in the command a third of V8's heap`,
    "`limits.bytes`; `NODE_OPTIONS=--max-old-space-size`",
    notKept,
  ],
  [
    "A line of a recording, of standard input or of a file for `--resume`",
    `a quarter of V8's heap, ${range(longestLineFor(0), longestLineFor(Infinity))}`,
    "`NODE_OPTIONS=--max-old-space-size`",
    "the run ends (exit code 65)",
  ],
]

/** The rows of the first table of a section. */
const tableIn = (page: string, section: string): ReadonlyArray<ReadonlyArray<string>> =>
  page.split(`\n## ${section}\n`)[1]!.split("\n## ")[0]!.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))

describe("docs/security.md", () => {
  it("lists the bounds of the code", () => {
    const page = readFileSync(new URL("../../../docs/security.md", import.meta.url), "utf8")
    expect(tableIn(page, "Bounds")).toEqual(rows)
  })
})
