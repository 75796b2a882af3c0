import { expect, it } from "vitest"
import { promiseProblems, readmeProblems } from "../promises.ts"

const exists = (path: string): boolean => path === "packages/a/test/a.test.ts"
const problems = (...lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  promiseProblems("docs/page.md", lines.join("\n"), exists)

it("a promise names a test that exists", () => {
  expect(
    problems(
      "## Files",
      "- Held ([test](../packages/a/test/a.test.ts))",
      "- Held, and",
      "  [shown](../packages/a/test/a.test.ts)",
    ),
  ).toEqual([])
})

it("a promise without a test, or with one that is gone, is found with its line", () => {
  expect(problems("## Files", "", "- Held", "- Held ([test](../packages/b/test/b.test.ts))", "1. Held [here](../a.md)"))
    .toEqual([
      "docs/page.md:3: a promise without a link to the test that proves it",
      "docs/page.md:4: the test packages/b/test/b.test.ts does not exist",
      "docs/page.md:5: a promise without a link to the test that proves it",
    ])
})

it("advice, explanations and code are no promises", () => {
  expect(
    problems("## Hardening a service", "- Do this", "## Files", "Some words.", "```", "- code", "```", "| a | b |"),
  ).toEqual([])
})

it("a promise of the README names a test, a limit a page, and both exist", () => {
  const page = [
    "## What it promises",
    "- Held ([test](packages/a/test/a.test.ts))",
    "- Held ([page](docs/a.md))",
    "## Its limits",
    "- Not held ([page](docs/gone.md#there))",
    "- Not held",
  ]
  expect(readmeProblems(page.join("\n"), exists)).toEqual([
    "README.md:3: no link to what shows it",
    "README.md:5: docs/gone.md does not exist",
    "README.md:6: no link to what shows it",
  ])
  expect(readmeProblems("# Other", exists)).toEqual([
    'README.md: the section "What it promises" has no items',
    'README.md: the section "Its limits" has no items',
  ])
})
