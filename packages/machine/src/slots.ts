/**
 * A sliding window over processes without a lock: as many slots as requests are allowed, and each used again only once
 * its last use is a window old.
 *
 * Using a slot is creating the file `slot-<number>-<generation>`, one generation higher than the newest there is, which
 * the file system lets one process do. Its time is when it was used. Nothing is held, so a process that dies leaves
 * at most a slot that it took and did not use.
 */
import { open, rm, stat, utimes } from "node:fs/promises"
import { join } from "node:path"
import { codeOf } from "./errorCodes.ts"
import { makeFolder } from "./folders.ts"
import { namesIn } from "./smallFiles.ts"

/** Wall time in milliseconds. */
export type Now = () => number

/** Clocks of processes on one machine are one clock: a time this far ahead was written before it was set back. */
const aheadMillis = 1000
/** Another process is at the same slot: it will have settled that by then. */
const contendedMillis = 5
/** How much later than the time of its slot a request may be granted, where the disk is fast enough. */
const latestMillis = 50
/** How often a time is written that took longer: a slow disk must not keep a request from its grant. */
const mostWrites = 3

/** Takes one of these slots, the first that is free. Gives 0, or how many milliseconds until it is worth asking again. */
export const takeSlot = async (
  folder: string,
  slots: ReadonlyArray<number>,
  windowMillis: number,
  now: Now,
): Promise<number> => {
  await makeFolder(folder)
  const begun = performance.now()
  const inTime = (): boolean => performance.now() - begun < windowMillis
  const generations = await generationsIn(folder)
  let wait = Infinity
  for (const slot of slots) {
    const newest = newestOf(generations, slot)
    const used = newest === 0 ? -Infinity : await usedAt(folder, slot, newest, now)
    const rest = used === undefined ? contendedMillis : used + windowMillis - now()
    if (rest <= 0) {
      if (await claim(folder, { slot, generation: newest + 1 }, now, inTime)) return 0
      wait = Math.min(wait, contendedMillis)
    } else {
      wait = Math.min(wait, rest)
    }
  }
  return wait
}

/** How long each of these slots is still taken, in milliseconds; 0 for those that are free. Changes nothing. */
export const slotWaits = async (
  folder: string,
  slots: ReadonlyArray<number>,
  windowMillis: number,
  now: Now,
): Promise<ReadonlyArray<number>> => {
  const generations = await generationsIn(folder)
  return Promise.all(slots.map(async (slot) => {
    const newest = newestOf(generations, slot)
    if (newest === 0) return 0
    const used = await stat(fileOf(folder, slot, newest)).then(({ mtimeMs }) => mtimeMs, () => -Infinity)
    return Math.max(0, Math.min(used, now()) + windowMillis - now())
  }))
}

const claim = async (
  folder: string,
  { slot, generation }: { readonly slot: number; readonly generation: number },
  now: Now,
  inTime: () => boolean,
): Promise<boolean> => {
  const file = fileOf(folder, slot, generation)
  try {
    await (await open(file, "wx", 0o600)).close()
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false
    throw cause
  }
  // Having slept between looking and taking, we may have made a generation anew that others are long past.
  const known = (await generationsIn(folder)).get(slot) ?? []
  if (known.some((other) => other > generation)) {
    await rm(file, { force: true })
    return false
  }
  // The generation before ours stays: who looked before us and takes now must find it, or ours, or a newer one.
  await Promise.all(
    known.filter((other) => other < generation - 1).map((other) => rm(fileOf(folder, slot, other), { force: true })),
  )
  // Its time is that of the grant: a request that follows late, after a sleep of the process, counts from then on.
  let written = -Infinity
  for (let writes = 0; writes < mostWrites && now() - written > latestMillis; writes++) {
    written = now()
    try {
      await utimes(file, written / 1000, written / 1000)
    } catch (cause) {
      // We slept for so long that others have used the slot twice since.
      if (codeOf(cause) === "ENOENT") return false
      throw cause
    }
  }
  return inTime()
}

/** When a slot was last used; undefined where that generation has just gone. */
const usedAt = async (folder: string, slot: number, generation: number, now: Now): Promise<number | undefined> => {
  const file = fileOf(folder, slot, generation)
  try {
    const { mtimeMs } = await stat(file)
    const ahead = mtimeMs - now()
    if (ahead > aheadMillis) await utimes(file, now() / 1000, now() / 1000)
    return ahead > 0 ? now() : mtimeMs
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined
    throw cause
  }
}

const fileOf = (folder: string, slot: number, generation: number): string => join(folder, `slot-${slot}-${generation}`)

type Generations = ReadonlyMap<number, ReadonlyArray<number>>

const generationsIn = async (folder: string): Promise<Generations> => {
  const found = new Map<number, Array<number>>()
  for (const name of await namesIn(folder)) {
    const [, slot, generation] = /^slot-(\d{1,3})-(\d{1,12})$/.exec(name) ?? []
    if (slot === undefined) continue
    const known = found.get(Number(slot))
    if (known === undefined) found.set(Number(slot), [Number(generation)])
    else known.push(Number(generation))
  }
  return found
}

const newestOf = (generations: Generations, slot: number): number => Math.max(0, ...generations.get(slot) ?? [])
