import { builtinEmits, emitPlugin } from "@boltodds/config"
import type { Emit } from "@boltodds/pipeline"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { problemsOf } from "./fixtures/load.ts"
import { makeWorld } from "./fixtures/registry.ts"

const text = "version: 1\nsource: demo\nsinks: { screen: { stdout: {}, emit: mine } }\n"

describe("an emit of a module", () => {
  it("that cannot be made is a mistake with its place, and not the end of the check", async () => {
    const mine = emitPlugin({
      kind: "emit",
      name: "mine",
      about: "Fails.",
      config: Schema.Struct({}),
      make: (): Emit<unknown> => {
        throw new Error("no interval")
      },
    })
    const world = makeWorld()
    const registry = { ...world.registry, emits: [...builtinEmits, mine] }
    const problems = await problemsOf(text, { world: { ...world, registry } })
    expect(problems.map(({ line, column, message }) => [line, column, message])).toEqual([
      [3, 38, "Cannot make the emit `mine`: no interval"],
    ])
  })
})
