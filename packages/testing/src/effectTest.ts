/**
 * `it` of `@effect/vitest`, whose `it.effect` gives a test clock that waits for what it wakes, however busy the machine.
 *
 * The test clock of `@effect/vitest` waits one second of real time for a fiber that it has woken, logs a warning, and
 * turns on: a process that the system leaves standing for a second then loses the sleeps that would have followed.
 */
import { it as effectIt } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import { TestClock, TestConsole } from "effect/testing"

const environment = Layer.mergeAll(TestConsole.layer, TestClock.layer({ warningDelay: "10 minutes" }))

type Body = (...args: ReadonlyArray<unknown>) => Effect.Effect<unknown, unknown, Scope>
type Call = (...args: ReadonlyArray<unknown>) => unknown

/** The scope too, so that what it closes has the same clock. Vitest reads in the source which fixtures a test wants. */
const patientBody = (body: Body): Body =>
  Object.defineProperty(
    (...args: ReadonlyArray<unknown>) =>
      Effect.suspend(() => body(...args)).pipe(Effect.scoped, Effect.provide(environment)),
    "toString",
    { value: () => body.toString() },
  )

/** A way to declare a test: each function that it is given is the body of one. */
const patientCall = (declare: Call): Call => (...args) =>
  declare(...args.map((arg) => typeof arg === "function" ? patientBody(arg as Body) : arg))

const { effect } = effectIt
const patientEffect: typeof effect = Object.assign(patientCall(effect as Call), {
  skip: patientCall(effect.skip as Call),
  only: patientCall(effect.only as Call),
  fails: patientCall(effect.fails as Call),
  prop: patientCall(effect.prop as Call),
  skipIf: (condition: unknown) => patientCall(effect.skipIf(condition) as Call),
  runIf: (condition: unknown) => patientCall(effect.runIf(condition) as Call),
  each: (cases: ReadonlyArray<unknown>) => patientCall(effect.each(cases) as Call),
}) as unknown as typeof effect

/** As `it` of `@effect/vitest`. */
export const it: typeof effectIt = new Proxy(effectIt, {
  get: (target, name, receiver) => name === "effect" ? patientEffect : Reflect.get(target, name, receiver),
})
