/** `--report`: what became of everything, at the end. */
import type { Report } from "@boltodds/pipeline"
import * as Duration from "effect/Duration"

const number = new Intl.NumberFormat("en")
const count = (amount: number, word: string): string => `${number.format(amount)} ${word}${amount === 1 ? "" : "s"}`

/** For people. */
export const reportText = (report: Report): string => {
  const lines = [
    `run ${report.run}: ${report.reason} after ${seconds(Duration.toMillis(report.duration))}`,
    `  read       ${count(report.frames, "frame")}, ${count(report.changes, "change")}, ${
      count(report.controls, "control")
    }`,
    `  gaps       ${number.format(report.gapsOpened)}`,
  ]
  for (const { openedAt, closedAt, reason, complete } of report.gaps) {
    const end = closedAt === null ? "not closed" : `to ${closedAt}${complete ? "" : ", not all of it verified"}`
    lines.push(`             ${openedAt} ${end} (${reason})`)
  }
  for (const { name, state, counts } of report.routes) {
    const lost = counts.dropped + counts.expired + counts.deadLettered
    lines.push(
      `  ${name.padEnd(10)} ${number.format(counts.in)} in = ${number.format(counts.delivered)} delivered` +
        ` + ${number.format(counts.coalesced)} merged + ${number.format(lost)} lost + ${
          number.format(counts.pending)
        } pending` +
        (state === "ended" ? "; its reader has gone" : state === "disabled" ? "; it failed" : ""),
    )
  }
  return `${lines.join("\n")}\n`
}

const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`

/** For machines: one line. */
export const reportJson = ({ duration, routes, ...report }: Report): string =>
  `${
    JSON.stringify({
      report: {
        ...report,
        duration_ms: Math.round(Duration.toMillis(duration)),
        routes: routes.map(({ error, ...route }) => error === undefined ? route : { ...route, error: error.message }),
      },
    })
  }\n`
