import { hashText } from "@boltodds/text"
import { describe, expect, it } from "vitest"

describe("the hash of a text", () => {
  // The test vectors of the draft, for texts of one byte a character.
  it.each([["", 0x811c9dc5], ["a", 0xe40c292c], ["foobar", 0xbf9cf968]])("of %j is FNV-1a", (text, hash) => {
    expect(hashText(text)).toBe(hash)
  })
})
