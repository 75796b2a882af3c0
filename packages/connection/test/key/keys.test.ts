/** What may be pasted where a key is expected. */
import { keyOf } from "@boltodds/connection"
import { keyFromFile } from "@boltodds/connection/node"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"

const key = 'testkey-123/ABC+x=="&~'

const clean: ReadonlyArray<readonly [string, string | Buffer]> = [
  ["as it is", key],
  ["with a line feed", `${key}\n`],
  ["with a carriage return", `${key}\r\n\r\n`],
  ["with blanks around it", ` \t${key} \u00a0`],
  ["with a byte order mark", `\ufeff${key}`],
  ["with a byte order mark at the end", `${key}\ufeff`],
  ["in UTF-16, little endian", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`${key}\r\n`, "utf16le")])],
  ["in UTF-16, big endian", Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(`${key}\n`, "utf16le").swap16()])],
]

const refused: ReadonlyArray<readonly [string, string]> = [
  ["", "is empty"],
  [" \r\n", "is empty"],
  [
    "testkey123\u200b",
    "contains an invisible character (U+200B) at character 11, which no key has. Copy the key again",
  ],
  ["\u200dtestkey123", "contains an invisible character (U+200D) at character 1"],
  ["test\u00adkey", "contains an invisible character (U+00AD) at character 5"],
  ["test\u202ekey", "contains an invisible character (U+202E) at character 5"],
  ["test\ufeffkey", "contains an invisible character (U+FEFF) at character 5"],
  ["test\u0007key", "contains a control character (U+0007) at character 5"],
  ["test\u009bkey", "contains a control character (U+009B) at character 5"],
  ["test key", "contains white space (U+0020) at character 5"],
  ["test\u00a0key", "contains white space (U+00A0) at character 5"],
  ["test\u3000key", "contains white space (U+3000) at character 5"],
  ["t\u0435stkey", "contains a character outside ASCII (U+0435) at character 2"],
  ["\u{1f511}testkey", "contains a character outside ASCII (U+1F511) at character 1"],
  ["test\u0000key", "contains NUL characters"],
  ["one\ntwo", "contains more than one line"],
  ["BOLTODDS_API_KEY=testkey123", "begins with a name, as in NAME=key"],
  ["export BOLTODDS_API_KEY=testkey123", "begins with a name"],
  ["$env:BOLTODDS_API_KEY=testkey123", "begins with a name"],
  ["set API_KEY=testkey123", "begins with a name"],
  ["api_key: testkey123", "begins with a name"],
  ['"key": "testkey123"', "begins with a name"],
  ['"testkey123"', "has quotes around the key. Remove them"],
  ["'testkey123'", "has quotes around the key"],
  ["\u201ctestkey123\u201d", "has quotes around the key"],
  ["wss://spro.agency/api?key=testkey123", "contains a URL. The key is the part after key="],
  ["spro.agency/api?key=testkey123", "contains a URL"],
  ['{"key":"testkey123"}', "contains JSON, markup or a placeholder"],
  ["<your-key>", "contains JSON, markup or a placeholder"],
  ["$BOLTODDS_API_KEY", "contains the name of a variable that was not replaced by its value"],
  ["${BOLTODDS_API_KEY}", "contains the name of a variable"],
  ["%BOLTODDS_API_KEY%", "contains the name of a variable"],
  ["Bearer testkey123", "begins with the name of an authentication scheme"],
  ["x".repeat(2000), "has 2000 characters, more than any key"],
]

const inFile = (content: string | Buffer) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "boltodds-"))),
      (path) => Effect.promise(() => rm(path, { recursive: true })),
    )
    const path = join(folder, "key")
    yield* Effect.promise(() => writeFile(path, content))
    return { key: keyFromFile(path), path }
  })

describe("a key in a file", () => {
  for (const [how, content] of clean) {
    it.live(`is read ${how}`, () =>
      Effect.gen(function* () {
        const { key: read } = yield* inFile(content)
        expect(Redacted.value(yield* read)).toBe(key)
      }))
  }

  for (const [content, problem] of refused) {
    it.live(`is refused as ${JSON.stringify(content.slice(0, 40))}, and not shown`, () =>
      Effect.gen(function* () {
        const { key: read, path } = yield* inFile(content)
        const { message } = yield* Effect.flip(read)
        expect(message).toContain(`Cannot read the key: the key file ${path} ${problem}`)
        expect(message).not.toMatch(/testkey|your-key/)
        expect((yield* Effect.flip(keyOf(content))).message).toContain(`Cannot read the key: the key given ${problem}`)
      }))
  }

  it.live("is refused if the file is not text, or is too large", () =>
    Effect.gen(function* () {
      const damaged = yield* inFile(Buffer.from([0x74, 0xff, 0xfe, 0x80]))
      expect((yield* Effect.flip(damaged.key)).message).toContain("is not UTF-8 text")
      const large = yield* inFile("x".repeat(10_000))
      expect((yield* Effect.flip(large.key)).message).toContain("and may have 8 KiB. Check that it is the right file.")
    }))
})
