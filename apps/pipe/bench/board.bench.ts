/**
 * What the board costs: the renderer alone (40 rows of 12 prices, 40 of them changed in each of 20 frames a second), and
 * the whole board over a feed of many sportsbooks. In per cent of a core, which depends on the machine; bytes do not.
 */
import { World } from "@boltodds/simulator"
import { makeFrame } from "@boltodds/protocol"
import { make, thaw } from "@boltodds/state"
import { BoardScreen } from "../src/board/BoardScreen.ts"
import { Canvas } from "../src/board/screen/Canvas.ts"
import { Frames } from "../src/board/screen/Frames.ts"
import { bold, color, reverse } from "../src/board/screen/Style.ts"

/** Processor time of this process, in milliseconds. */
const spent = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const percent = (millis: number, perSecond: number, count: number): string =>
  `${((millis / count) * perSecond / 10).toFixed(2)} %`

{
  const frames = new Frames()
  const canvas = new Canvas(130, 45)
  const prices = Array.from({ length: 480 }, (_, at) => 100 + at)
  let bytes = 0
  const count = 2000
  const styles = [0, color(6), color(3), reverse | bold]
  const draw = (frame: number): void => {
    for (let change = 0; change < 40; change++) prices[(frame * 40 + change * 7) % 480]! += change % 2 === 0 ? 1 : -1
    canvas.clear()
    for (let row = 0; row < 40; row++) {
      canvas.put(0, row, "19:05  Brighton & Hove", bold)
      for (let cell = 0; cell < 12; cell++) {
        const at = row * 12 + cell
        canvas.putRight(28 + cell * 8, row, `+${prices[at]}`, styles[(frame + at) % 50 === 0 ? 1 : 0])
      }
    }
    bytes += Buffer.byteLength(frames.next(canvas))
  }
  for (let frame = 0; frame < 200; frame++) draw(frame)
  bytes = 0
  const before = spent()
  for (let frame = 0; frame < count; frame++) draw(frame)
  const millis = spent() - before
  console.log(`renderer, 480 cells, 20 frames a second: ${percent(millis, 20, count)} of a core (at most 4 %)`)
  console.log(`renderer, bytes a frame: ${Math.round(bytes / count)} (at most 1500)`)
}

for (const [columns, rows] of [[80, 24], [200, 60]] as const) {
  let now = Date.UTC(2026, 6, 16, 21)
  const frames = new Frames()
  let bytes = 0
  const board = new BoardScreen({
    pictures: {
      columns,
      rows,
      hasRoom: true,
      show: (canvas) => void (bytes += Buffer.byteLength(frames.next(canvas))),
      redraw: () => {},
      suspend: () => {},
    },
    now: () => now,
    zone: "UTC",
    isMonochrome: false,
    onQuit: () => {},
  })
  const world = new World({ seed: 1, games: 60, date: "2026-07-16" })
  const draft = thaw(make({ run: "01K0A2B3C4D5E6F7G8H9JKMNPQ" }))
  const head = { session: "feed", epoch: 1 }
  const take = (messages: ReadonlyArray<unknown>): void => {
    for (const step of draft.apply([makeFrame("feed", 1, now, JSON.stringify(messages))])) {
      board.take("changes", step.records)
    }
  }
  draft.apply([{ _tag: "Connected", ...head, at: now, plan: "Pro" }, {
    _tag: "Subscribed",
    ...head,
    at: now,
    filters: {},
  }])
  const joined = spent()
  take(world.initial(now))
  const join = spent() - joined
  let [taking, drawing] = [0, 0]
  const seconds = 20
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    const messages = Array.from({ length: 55 }, () => world.step(now)).flat()
    now += 100
    const before = spent()
    take(messages)
    const between = spent()
    board.draw()
    taking += between - before
    drawing += spent() - between
  }
  const { games } = board.view.head(now)
  let lines = 0
  for (const game of board.view.book.games.values()) lines += game.lines.size
  console.log(
    `board, ${columns}x${rows}, ${games} games, ${lines} lines, ${
      Math.round(board.changes / seconds)
    } changes a second: ` +
      `${percent(drawing, 1, seconds)} of a core for 10 frames a second, ${
        percent(taking, 1, seconds)
      } for records with ` +
      `their decoding, ${Math.round(bytes / seconds / 10)} bytes a frame, the snapshot ${Math.round(join)} ms`,
  )
}
