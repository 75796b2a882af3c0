/** A full disk under one file: that lane alone suffers, says so, and recovers by itself. */
import { type Control, type Dropped, isControl, type Quarantined } from "@boltodds/protocol"
import { startSimulator } from "@boltodds/simulator"
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import { afterAll, describe, expect, it } from "vitest"
import { recordsOf } from "@boltodds/testing/PipeProcess"
import { bookOf, LawOfBelief, settle, shown } from "./books.ts"
import type { Row } from "@boltodds/testing/HookReceiver"
import { filesOf, recorded } from "./lines.ts"
import { feedKey, hasty, pipelineIn, routesIn, runPipeline, sidesOf, tempFolder, whileRuns } from "./pipelines.ts"

const disk = mkdtempSync(join(tmpdir(), "boltodds-small-disk-"))
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]).status === 0
if (!isMounted) console.warn("The tests of a full disk are skipped: mounting a tmpfs needs root on Linux")
afterAll(() => {
  if (isMounted) spawnSync("umount", [disk])
  rmSync(disk, { recursive: true, force: true })
})

/** Takes all of the disk but so many bytes. */
const fill = (leave: number): void => {
  const filler = join(disk, "filler")
  try {
    writeFileSync(filler, Buffer.alloc(1024 * 1024))
  } catch {
    // As full as it gets.
  }
  writeFileSync(filler, Buffer.alloc(statSync(filler).size - leave))
}

const pagesOf = (path: string): number => Math.ceil(statSync(path).size / 4096)

/** Leaves no page of the disk free; gives how many the recording has. */
const takeTheRest = (): number => {
  try {
    writeFileSync(join(disk, "filler"), Buffer.alloc(1024 * 1024), { flag: "a" })
  } catch {
    // As full as it gets.
  }
  return pagesOf(join(disk, "odds.ndjson.part"))
}

/** Looks again and again; the time limit of the test ends it. */
const until = async (isSo: () => boolean, signal: AbortSignal): Promise<void> => {
  while (!isSo()) await setTimeout(100, undefined, { signal })
}

/** Whether a lane reports records that it lost. */
const isLostRecords = (row: Row): row is Dropped | Quarantined =>
  isControl(row) && (row.control === "dropped" || (row.control === "quarantined" && row.reason === "dropped"))

/** The same, where its reader believes less. */
const isLoss = (row: Row): boolean => isLostRecords(row) && !("touches" in row && row.touches === "nothing")

/** Whether a resnapshot begins the book or a game anew here. */
const isResent = (row: Row): boolean =>
  row.origin !== undefined &&
  (isControl(row) ? row.control === "stream_started" : row.change === "game_opened" || row.change === "game_closed")

const controlsOf = (rows: ReadonlyArray<Row>): ReadonlyArray<Control> => rows.filter(isControl)

describe("a full disk", () => {
  it.skipIf(!isMounted)("costs its own lane records, no other, and none of them its book", async ({ signal }) => {
    const server = await startSimulator({
      key: feedKey,
      rate: 200,
      world: { games: 2, players: 0, sportsbooks: ["draftkings"] },
    })
    fill(96 * 1024)
    const sinks = {
      screen: { stdout: {}, emit: "changes" },
      archive: {
        file: { path: join(disk, "odds.ndjson") },
        emit: "changes",
        lane: { ...hasty, overflow: "drop_oldest", max_records: 100 },
      },
    }
    const pipe = runPipeline(pipelineIn(tempFolder(), { sinks, run: { report: true } }), server)
    await whileRuns(pipe, pipe.until(({ stderr }) => /archive: .*the disk is full; make room \(ENOSPC\)/.test(stderr)))
    await whileRuns(pipe, pipe.until(({ stderr }) => /archive: .*drop_oldest/.test(stderr)))
    // Stdout goes on while nothing can be written beside it, except into the page that is begun.
    const kept = takeTheRest()
    await pipe.next('"change":"line_moved"')
    await pipe.next('"change":"line_moved"')
    expect(pagesOf(join(disk, "odds.ndjson.part"))).toBeLessThanOrEqual(kept)

    server.setRate(20)
    rmSync(join(disk, "filler"))
    await whileRuns(pipe, pipe.until(({ stderr }) => /archive: .* sent again after a loss/.test(stderr)))
    await settle(server, pipe)
    // Nothing new comes, so the lane has the time to send everything that its reader lacks.
    const truth = server.book()
    await whileRuns(pipe, until(() => isDeepStrictEqual(shown(bookOf(recorded(disk, "odds"))), truth), signal))
    pipe.kill("SIGTERM")
    const { code, stdout, stderr } = await pipe.ended
    const { archive, screen } = routesIn(stderr)
    expect({ code, isLossy: archive!.isLossy }).toEqual({ code: 0, isLossy: false })
    expect(archive!.losses["drop_oldest"]).toBeGreaterThan(0)
    expect(archive!.counts.resnapshots + archive!.counts.gameResnapshots).toBeGreaterThan(0)
    expect(stderr).toMatch(/archive: delivering again/)
    await server.stop()

    const all = recordsOf(stdout) as unknown as ReadonlyArray<Row>
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1))
    expect(shown(bookOf(all))).toEqual(truth)

    expect(filesOf(disk, "odds")).toEqual(["odds.ndjson"])
    const rows = recorded(disk, "odds")
    expect(shown(bookOf(rows))).toEqual(truth)
    // First the report of the loss, then what was lost again from its start: the whole book, or the games.
    const reported = rows.findIndex(isLoss)
    expect(reported).toBeGreaterThan(-1)
    expect(rows.slice(0, reported).some(isResent)).toBe(false)
    expect(rows.slice(rows.findLastIndex(isResent)).some(isLoss)).toBe(false)
    const law = new LawOfBelief(all)
    law.getsByGroup(rows)
    expect(law.broken).toEqual([])

    for (const route of [archive!, screen!]) expect(sidesOf(route)[0]).toBe(sidesOf(route)[1])
    expect(screen!.counts).toMatchObject({ delivered: all.length, dropped: 0, pending: 0 })
    expect(archive!.counts).toMatchObject({ delivered: rows.length, pending: 0 })
    // What was lost is what was reported as lost, by number; a loss may be reported again after another.
    const lost = controlsOf(rows).flatMap((row) => isLostRecords(row) ? [row.count ?? 0] : [])
    expect(lost.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(archive!.counts.dropped)
    expect(existsSync(join(disk, "odds.ndjson.part"))).toBe(false)
  })
})
