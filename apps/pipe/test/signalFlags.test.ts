import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { type FlagGroup, parseFlags } from "../src/commandLine/flags.ts"
import { emitOf, signalFlags } from "../src/commandLine/signalFlags.ts"

const emit: FlagGroup = { title: "", flags: [{ name: "emit", value: "FORM", about: "" }] }
const best = (...args: ReadonlyArray<string>) =>
  emitOf(parseFlags([emit, signalFlags], ["--emit", "best", ...args], {}))

describe("--fee", () => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-"))
  const file = join(folder, "sportsbooks.json")
  writeFileSync(file, JSON.stringify({ ProphetX: { family: "p", fee: { winnings: 0.01 } } }))

  it("keeps each kind of a sportsbook's fees, also that of the file", async () => {
    expect(await best("--fee", "kalshi=contract:0.07", "--fee", "Kalshi=winnings:1%")).toEqual({
      best: { signals: { sportsbooks: { kalshi: { fee: { contract: 0.07, winnings: 0.01 } } } } },
    })
    expect(await best("--sportsbooks-file", file, "--fee", "prophetx=stake:2%")).toEqual({
      best: { signals: { sportsbooks: { ProphetX: { family: "p", fee: { winnings: 0.01, stake: 0.02 } } } } },
    })
  })

  it("refuses a kind that is there twice", async () => {
    await expect(best("--fee", "kalshi=stake:1%", "--fee", "kalshi=stake:2%")).rejects.toThrow(
      "Cannot use --fee: the fee stake of kalshi is there twice; say it once, here or in the file",
    )
    await expect(best("--sportsbooks-file", file, "--fee", "prophetx=winnings:2%")).rejects.toThrow("is there twice")
  })
})

it("refuses --bet-at without a name: it would mean all", async () => {
  await expect(best("--bet-at", ",")).rejects.toThrow(
    'Cannot use --bet-at: expected names, separated by commas; got ","',
  )
})
