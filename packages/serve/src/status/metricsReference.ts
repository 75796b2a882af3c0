/** The metrics, for people. */
import { metricDescriptions, mostLabels } from "./metrics.ts"

/** All metrics as Markdown, made of the table that the scrape is made of. */
export const metricsReference = (): string =>
  `# Metrics

Made by \`boltodds-pipe schema metrics\` of the table that \`/metrics\` is made of: change that, not this page. How to
serve them, and which alerts there are: [Operating it](operations.md).

- Counters begin at 0 with each run; \`rate\` and \`increase\` of Prometheus take care of that.
- **Labels are bounded**, whatever names a feed invents: the first ${mostLabels.sportsbooks} sportsbooks and ${mostLabels.sessions} sessions that a process meets
  have series of their own, the other sportsbooks are summed up as \`_other\`. A name of more than 80 characters, or with
  some that cannot be printed, is cut or replaced, and has a hash at its end.
- A number that is not known has no series.

| metric | type | unit | labels | what |
| --- | --- | --- | --- | --- |
${
    metricDescriptions.map(({ name, type, unit, labels, help }) =>
      `| \`${name}\` | ${type} | ${unit} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help} |`
    ).join("\n")
  }
`
