/** The examples of the README, run as they are printed there. */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { execPath } from "node:process"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const folder = fileURLToPath(new URL("..", import.meta.url))
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1]!)

const run = (code: string) =>
  spawnSync(execPath, [
    "--conditions=@boltodds/source",
    "--no-warnings",
    "--input-type=module-typescript",
    "--eval",
    code,
  ], {
    cwd: folder,
    encoding: "utf8",
  })

describe("the README", () => {
  const outputs = [
    [
      /control: 'stream_started'/,
      /change: 'game_opened'/,
      /change: 'line_opened'/,
      /change: 'line_moved'/,
      /odds: 105,/,
      /\ntrue\n$/,
    ],
    [/^{ games: 0, gamesVerified: 0, lines: 0, sportsbooks: 0 } 1\n$/],
    [/^-110 live\n-110 in doubt\n-110 live \[ 'game_verified' \]\n$/],
  ]

  it("has an example for each output", () => {
    expect(examples.length).toBe(outputs.length)
  })

  for (const [index, output] of outputs.entries()) {
    it(`example ${index + 1} runs`, () => {
      const { stdout, stderr, status } = run(examples[index]!)
      expect(stderr).toBe("")
      for (const part of output) expect(stdout).toMatch(part)
      expect(status).toBe(0)
    })
  }
})
