/** A full disk under one file: that lane alone suffers, says so, and recovers by itself. */
import { type Control, type Dropped, isControl, type Quarantined } from "@boltodds/protocol"
import { startSimulator } from "@boltodds/simulator"
import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import { describe, expect, it } from "vitest"
import { recordsOf } from "@boltodds/testing/PipeProcess"
import { SmallDisk } from "@boltodds/testing/SmallDisk"
import { bookOf, LawOfBelief, settle, shown } from "./books.ts"
import type { Row } from "@boltodds/testing/HookReceiver"
import { filesOf, recorded } from "./lines.ts"
import { feedKey, hasty, pipelineIn, routesIn, runPipeline, sidesOf, tempFolder, whileRuns } from "./pipelines.ts"

const disk = new SmallDisk()
if (!disk.isMounted) console.warn("The tests of a full disk are skipped: mounting a tmpfs needs root on Linux")
const pagesOf = (path: string): number => Math.ceil(statSync(path).size / 4096)

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
  it.skipIf(!disk.isMounted)("costs its own lane records, no other, and none of them its book", async ({ signal }) => {
    const server = await startSimulator({
      key: feedKey,
      rate: 200,
      world: { games: 2, players: 0, sportsbooks: ["draftkings"] },
    })
    disk.fill(96 * 1024)
    const sinks = {
      screen: { stdout: {}, emit: "changes" },
      archive: {
        file: { path: join(disk.path, "odds.ndjson") },
        emit: "changes",
        lane: { ...hasty, overflow: "drop_oldest", max_records: 100 },
      },
    }
    const pipe = runPipeline(pipelineIn(tempFolder(), { sinks, run: { report: true } }), server)
    await whileRuns(pipe, pipe.until(({ stderr }) => /archive: .*the disk is full; make room \(ENOSPC\)/.test(stderr)))
    await whileRuns(pipe, pipe.until(({ stderr }) => /archive: .*drop_oldest/.test(stderr)))
    // Stdout goes on while nothing can be written beside it, except into the page that is begun.
    disk.takeTheRest()
    const kept = pagesOf(join(disk.path, "odds.ndjson.part"))
    await pipe.next('"change":"line_moved"')
    await pipe.next('"change":"line_moved"')
    expect(pagesOf(join(disk.path, "odds.ndjson.part"))).toBeLessThanOrEqual(kept)

    server.setRate(20)
    disk.makeRoom()
    await whileRuns(pipe, pipe.until(({ stderr }) => /archive: .* sent again after a loss/.test(stderr)))
    await settle(server, pipe)
    // Nothing new comes, so the lane has the time to send everything that its reader lacks.
    const truth = server.book()
    await whileRuns(pipe, until(() => isDeepStrictEqual(shown(bookOf(recorded(disk.path, "odds"))), truth), signal))
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

    expect(filesOf(disk.path, "odds")).toEqual(["odds.ndjson"])
    const rows = recorded(disk.path, "odds")
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
    expect(existsSync(join(disk.path, "odds.ndjson.part"))).toBe(false)
  })
})
