/** Makes a script that breaks a rule as short as it goes, while it breaks the same rule. */
import { runScript } from "./runScript.ts"
import type { Script, Step } from "./Script.ts"

const ruleOf = (failure: string): string => failure.replace(/^s\d: /, "").replace(/ \(.*/s, "")

/** The rule that a script breaks first; undefined where it breaks none. A script that cannot be run breaks one too. */
export const brokenRule = async (script: Script): Promise<string | undefined> => {
  try {
    const { failures: [first] } = await runScript(script)
    return first === undefined ? undefined : ruleOf(first)
  } catch (cause) {
    return String(cause)
  }
}

/** The shortest script found within this many runs. */
export const shrink = async (script: Script, mostRuns = 400): Promise<Script> => {
  const rule = await brokenRule(script)
  let best = script
  let runs = 0
  const tryOut = async (candidate: Script): Promise<boolean> => {
    if (runs++ >= mostRuns || await brokenRule(candidate) !== rule) return false
    best = candidate
    return true
  }
  while (best.sessions.length > 1 && await tryOut({ ...best, sessions: best.sessions.slice(0, -1) }));
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.steps.length;) {
      const steps: ReadonlyArray<Step> = [...best.steps.slice(0, from), ...best.steps.slice(from + size)]
      if (!await tryOut({ ...best, steps })) from += size
    }
  }
  const plain = { pings: true, tap: false, closing: 0, slowSend: false } as const
  await tryOut({ ...best, yieldEvery: 2048, healsOld: true, end: "close", restBefore: 0 })
  for (const [name, value] of Object.entries(plain)) {
    await tryOut({ ...best, sessions: best.sessions.map((setup) => ({ ...setup, [name]: value })) })
  }
  return best
}
