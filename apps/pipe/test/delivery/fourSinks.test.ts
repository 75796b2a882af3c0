/** Stdout, a file, a webhook that is well and one that never answers, side by side: nobody pays for the dead one. */
import { emptyBook, fold } from "@boltodds/protocol"
import { startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { recordsOf } from "@boltodds/testing/PipeProcess"
import { beforeStop, bookOf, shown } from "./books.ts"
import { openReceiver, type Row } from "@boltodds/testing/HookReceiver"
import { recorded } from "./lines.ts"
import { feedKey, hookTo, pipelineIn, routesIn, runPipeline, sidesOf, tempFolder } from "./pipelines.ts"

describe("four sinks of one run", () => {
  it("get all of it but for the one that never answers, which loses by its own policy; and the report adds up", async () => {
    const well = await openReceiver()
    const mute = await openReceiver(() => "hang")
    const server = await startSimulator({ key: feedKey, rate: 500, world: { games: 6, players: 1 } })
    const folder = tempFolder()
    const path = pipelineIn(folder, {
      run: { for: "10s", drain_within: "3s", report: true },
      sinks: {
        screen: { stdout: {}, emit: "changes" },
        archive: { file: { path: "odds.ndjson", compress: "zstd" }, emit: "changes" },
        hook: { webhook: hookTo(well.url), emit: "changes" },
        dead: { webhook: hookTo(mute.url, { timeout: "1s" }), emit: "changes" },
      },
    })
    const { code, stdout, stderr } = await runPipeline(path, server).ended
    await server.stop()
    await well.down()
    await mute.down()

    // It says what was not delivered, and whose it was.
    expect([code, stderr]).toEqual([
      75,
      expect.stringMatching(/records undelivered: dead did not take \d+ within 3 s\n$/),
    ])
    const routes = routesIn(stderr)
    for (const route of Object.values(routes)) expect(sidesOf(route)[0], route.name).toBe(sidesOf(route)[1])
    const { screen, archive, hook, dead } = routes

    const all = recordsOf(stdout) as unknown as ReadonlyArray<Row>
    expect(all.length).toBeGreaterThan(3_000)
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1))
    const everything = { in: all.length, delivered: all.length, dropped: 0, expired: 0, deadLettered: 0, pending: 0 }
    expect(screen!.counts).toMatchObject({ ...everything, coalesced: 0 })
    expect(archive!.counts).toMatchObject({ ...everything, coalesced: 0 })
    expect(recorded(folder, "odds")).toEqual(all)

    // The webhook that is well gets the newest of each line, and everything where it keeps up.
    const rows = well.acknowledged.flatMap(({ records }) => records)
    expect(hook!.counts).toMatchObject({ in: all.length, delivered: rows.length, dropped: 0, expired: 0, pending: 0 })
    expect(hook!.counts.delivered + hook!.counts.coalesced).toBe(all.length)
    expect(shown(fold(emptyBook, beforeStop(rows)))).toEqual(shown(bookOf(all)))

    expect(mute.deliveries.length).toBeGreaterThan(1)
    expect(dead!.counts).toMatchObject({ in: all.length, delivered: 0, dropped: 0, expired: 0 })
    expect(dead!.counts.coalesced).toBeGreaterThan(0)
    expect(dead!.counts.pending).toBeGreaterThan(0)
    expect([...well.forged, ...mute.forged]).toEqual([])
  })
})
