/**
 * Opportunities lost and false, by how long one must have stood (`confirm`), on nights with known truth.
 *
 * `pnpm bench nights [nights=8] [minutes=60] [seed=1]`
 */
import { makeNight } from "../test/night.ts"
import { countNight } from "../test/nightCount.ts"

const settings = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const count = Number(settings.get("nights") ?? 8)
const minutes = Number(settings.get("minutes") ?? 60)
const seed = Number(settings.get("seed") ?? 1)

const nights = Array.from({ length: count }, (_, index) => makeNight(seed + index, minutes))
const types = ["arb", "ev"] as const
const mistakes = nights.reduce((sum, night) => sum + night.mistakes.length, 0)
console.log(`${count} nights of ${minutes} minutes, ${mistakes} mistakes that last`)
console.log("confirm   sent   false        found at 0   lost since")
const base = nights.map((night) => countNight(night, { types, confirmMillis: 0 }).found)
const atOnce = base.reduce((sum, found) => sum + found.size, 0)
for (const confirmMillis of [0, 500, 2000, 5000]) {
  let opened = 0
  let wrong = 0
  let kept = 0
  nights.forEach((night, index) => {
    const counted = countNight(night, { types, confirmMillis })
    opened += counted.opened
    wrong += counted.false
    for (const each of base[index]!) if (counted.found.has(each)) kept++
  })
  const lost = atOnce - kept
  console.log(
    `${String(confirmMillis / 1000).padStart(5)} s  ${String(opened).padStart(5)}  ${String(wrong).padStart(5)} (${
      (100 * wrong / Math.max(1, opened)).toFixed(0)
    } %)  ${String(atOnce).padStart(10)}  ${String(lost).padStart(5)} (${
      (100 * lost / Math.max(1, atOnce)).toFixed(0)
    } %)`,
  )
}
