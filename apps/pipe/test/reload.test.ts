import { type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import { readFileSync, renameSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess, recordsOf } from "@boltodds/testing/PipeProcess"

const start = async (folder: PipelineFolder): Promise<PipeProcess> => {
  const pipe = new PipeProcess(["run", folder.file])
  await pipe.until(({ stdout }) => stdout.includes('"line_moved"'))
  return pipe
}

/** Sends SIGHUP, and waits for what the log says of it. */
const reload = async (pipe: PipeProcess, told: string): Promise<void> => {
  const before = pipe.stderr.length
  pipe.kill("SIGHUP")
  await pipe.until(({ stderr }) => stderr.slice(before).includes(told))
}

const stop = async (pipe: PipeProcess): Promise<void> => {
  pipe.kill("SIGTERM")
  const { code, stderr } = await pipe.ended
  expect({ code, stderr }).toEqual({ code: 0, stderr })
}

const source = "source: { simulator: { seed: 7, rate: 50 } }"
const screen = "  screen: { stdout: {}, emit: changes }"
const booked = (lines: ReadonlyArray<string>): number =>
  fold(emptyBook, lines.map((line) => JSON.parse(line)) as ReadonlyArray<Change | Control>).games.size

describe("SIGHUP", { concurrent: true }, () => {
  it("changes what is received: games of another sport come, and those of the old one close", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 7, date: 2026-07-16, rate: 50, sports: [MLB] } }",
      "sinks:",
      screen,
    )
    const pipe = await start(folder)
    folder.write("source: { simulator: { seed: 7, date: 2026-07-16, rate: 50, sports: [EPL] } }", "sinks:", screen)
    await reload(pipe, "reload: The source takes new sports while it runs")
    await pipe.until(({ stdout }) => stdout.includes('"sport":"EPL"') && stdout.includes('"cause":"filters"'))
    await stop(pipe)
    const records = recordsOf(pipe.stdout)
    const closed = records.filter(({ change, cause }) => change === "game_closed" && cause === "filters")
    const opened = records.filter(({ change, sport }) => change === "game_opened" && sport === "MLB")
    expect(closed.map(({ sport, sportsbook, game }) => [sport, sportsbook, game]).sort()).toEqual(
      opened.map(({ sport, sportsbook, game }) => [sport, sportsbook, game]).sort(),
    )
  })

  it("adds a sink, which receives the whole book first, replaces it, and takes it out", async () => {
    const folder = new PipelineFolder(source, "sinks:", screen)
    const pipe = await start(folder)
    folder.write(source, "sinks:", screen, "  more: { file: { path: one.ndjson }, emit: changes }")
    await reload(pipe, "reload: The sink more is added")
    await folder.until(() => folder.has("one.ndjson.part") && folder.text("one.ndjson.part").includes('"line_moved"'))

    folder.write(source, "sinks:", screen, "  more: { file: { path: two.ndjson }, emit: changes }")
    await reload(pipe, "reload: The sink more is replaced, as its file changed")
    await folder.until(() => folder.has("one.ndjson") && folder.has("two.ndjson.part"))

    folder.write(source, "sinks:", screen)
    await reload(pipe, "reload: The sink more is removed")
    await folder.until(() => folder.has("two.ndjson"))
    await pipe.next('"line_moved"')
    await stop(pipe)

    const all = booked(pipe.stdout.split("\n").filter((line) => line !== ""))
    for (const file of ["one.ndjson", "two.ndjson"]) {
      const lines = folder.lines(file)
      expect(JSON.parse(lines[0]!)).toMatchObject({ control: "stream_started" })
      expect(lines[1]).toContain('"cause":"snapshot"')
      expect(booked(lines)).toBe(all)
    }
    expect(all).toBeGreaterThan(5)
  })

  it("changes nothing when a part of it needs a restart, and says which", async () => {
    const folder = new PipelineFolder(source, "sinks:", screen)
    const pipe = await start(folder)
    folder.write(
      "source: { simulator: { seed: 8, rate: 50, sports: [EPL] } }",
      "sinks:",
      screen,
      "  more: { file: { path: more.ndjson } }",
      "run: { report: true }",
    )
    await reload(pipe, "the configuration was not reloaded, and the run continues unchanged; restart to apply it")
    await pipe.next('"sport":"MLB"')
    await stop(pipe)
    expect(pipe.stderr).toContain("The source has other seed: this needs a restart")
    expect(pipe.stderr).toContain("The run has other report: this needs a restart")
    expect(pipe.stdout).not.toContain('"cause":"filters"')
    expect(folder.has("more.ndjson")).toBe(false)
  })

  it("survives an invalid or missing file, logs the mistakes, and takes the next valid one", async () => {
    const folder = new PipelineFolder(source, "sinks:", screen)
    const pipe = await start(folder)
    folder.write(source, "sinks:", screen, "  more: { fiel: { path: x } }")
    await reload(pipe, "did you mean `file`?")
    expect(pipe.stderr).toContain("the configuration was not reloaded, and the run continues unchanged. Cannot use")
    renameSync(folder.file, folder.at("elsewhere.yaml"))
    await reload(pipe, "there is no such file")
    folder.write(source, "sinks:", screen)
    await reload(pipe, "reloaded: nothing has changed")
    folder.write(source, "sinks:", screen, "  more: { file: { path: more.ndjson }, emit: changes }")
    await reload(pipe, "reload: The sink more is added")
    await folder.until(() => folder.has("more.ndjson.part"))
    await stop(pipe)
  })

  it("goes on without a new sink that cannot be opened, and tries it again at each signal", async () => {
    const folder = new PipelineFolder(source, "sinks:", screen)
    const pipe = await start(folder)
    // A folder that is a file.
    folder.write(source, "sinks:", screen, "  more: { file: { path: pipeline.yaml/x.ndjson }, emit: changes }")
    await reload(pipe, "more: Cannot make the folder")
    expect(pipe.stderr).toContain("fix it and send SIGHUP again")
    await reload(pipe, "reload: The sink more is tried again")
    folder.write(source, "sinks:", screen, "  more: { file: { path: x.ndjson }, emit: changes }")
    await reload(pipe, "reload: The sink more is replaced, as its file changed")
    await folder.until(() => folder.has("x.ndjson.part"))
    await reload(pipe, "reloaded: nothing has changed")
    await stop(pipe)
  })

  it("gives a sink another name while it keeps its file", async () => {
    const more = "more: { file: { path: x.ndjson }, emit: changes }"
    const folder = new PipelineFolder(source, "sinks:", screen, `  old-${more}`)
    const pipe = await start(folder)
    folder.write(source, "sinks:", screen, `  new-${more}`)
    await reload(pipe, "reload: The sink new-more is added")
    await folder.until(() => folder.has("x.ndjson") && folder.has("x.1.ndjson.part") || folder.has("x.ndjson.part"))
    await reload(pipe, "reloaded: nothing has changed")
    await stop(pipe)
  })

  it("says why a sink that nobody touched is replaced when it gets company", async () => {
    const folder = new PipelineFolder(source, "sinks:", screen)
    const pipe = await start(folder)
    folder.write(source, "sinks:", screen, "  more: { file: { path: x.ndjson }, emit: changes }")
    await reload(pipe, "reload: The sink screen is replaced, as its lane is another beside other sinks")
    await folder.until(() => folder.has("x.ndjson.part"))
    folder.write(source, "sinks:", screen)
    await reload(pipe, "reload: The sink screen is replaced, as its lane is another without other sinks")
    await folder.until(() => folder.has("x.ndjson"))
    await stop(pipe)
  })

  it("opens files again: what logrotate took away is whole, and what follows is in a new one", async () => {
    const folder = new PipelineFolder(source, "sinks:", screen, "  log: { file: { path: log.ndjson }, emit: changes }")
    const pipe = await start(folder)
    await folder.until(() => folder.has("log.ndjson.part") && folder.text("log.ndjson.part").includes("line_moved"))
    renameSync(folder.at("log.ndjson.part"), folder.at("log.ndjson.1"))
    await reload(pipe, "reloaded: nothing has changed")
    await folder.until(() => folder.has("log.ndjson.part") && folder.text("log.ndjson.part").includes("line_moved"))
    await stop(pipe)
    const both = readFileSync(folder.at("log.ndjson.1"), "utf8") + folder.text("log.ndjson")
    expect(both).toBe(pipe.stdout)
  })
})
