/**
 * Breaks the rules that packages list in `test/mutants.ts`, one at a time, in a copy of the repository, and sees whether
 * a test notices: `pnpm mutants [WORD…]` tries those whose package, rule or description has every word in it.
 */
import { spawnSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { allMutants, type Mutant } from "./allMutants.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Links to each dependency of the original, but for packages of the repository, which are those of the copy. */
const linkModules = (modules: string, folder: string): void => {
  for (const name of readdirSync(join(root, modules))) {
    const from = join(root, modules, name)
    const to = join(folder, modules, name)
    mkdirSync(dirname(to), { recursive: true })
    if (name !== "@boltodds") symlinkSync(from, to)
    else {
      mkdirSync(to)
      for (const own of readdirSync(from)) {
        symlinkSync(join(folder, relative(root, realpathSync(join(from, own)))), join(to, own))
      }
    }
  }
}

/** A copy of what is tracked, with the dependencies of the original. */
const copy = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-mutants-"))
  const { stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
  for (const path of stdout.split("\0").filter((path) => path !== "" && existsSync(join(root, path)))) {
    cpSync(join(root, path), join(folder, path), { recursive: true })
    const modules = join(dirname(path), "node_modules")
    if (path.endsWith("package.json") && existsSync(join(root, modules))) {
      linkModules(modules, folder)
    }
  }
  return folder
}

/** Whether a test fails with this mutant in place. */
const dies = (folder: string, { file, from, to, tests }: Mutant): boolean => {
  const path = join(folder, file)
  const whole = readFileSync(path, "utf8")
  if (whole.split(from).length !== 2) throw new Error(`${file} does not hold this text once: ${from}`)
  writeFileSync(path, whole.replace(from, () => to))
  try {
    return runTests(folder, tests).status !== 0
  } finally {
    writeFileSync(path, whole)
  }
}

/** A mutant that makes a test hang is noticed too: after ten minutes the run is ended, and has no status. */
const runTests = (folder: string, tests: ReadonlyArray<string>) => {
  const vitest = join(root, "node_modules/vitest/vitest.mjs")
  const options = { cwd: folder, encoding: "utf8", timeout: 600_000, maxBuffer: 2 ** 28 } as const
  return spawnSync(process.execPath, [vitest, "run", "--bail=1", ...tests], options)
}

const words = process.argv.slice(2)
const chosen = (await allMutants()).filter(({ folder, rule, does }) =>
  words.every((word) => `${folder} ${rule} ${does}`.includes(word))
)
if (chosen.length === 0) {
  console.error(`No mutant has ${words.join(" and ")} in its package, rule or description.`)
  process.exit(64)
}

const folder = copy()
// Or everything would die of whatever is wrong here.
const unbroken = runTests(folder, [...new Set(chosen.flatMap(({ tests }) => tests))])
if (unbroken.status !== 0) {
  console.error(`${unbroken.stdout.slice(-4000)}\n${unbroken.stderr.slice(-4000)}`)
  console.error("A test fails without any mutant. Repair that first.")
  process.exit(1)
}
const survivors: Array<Mutant> = []
for (const mutant of chosen) {
  const died = dies(folder, mutant)
  if (!died) survivors.push(mutant)
  console.log(`${died ? "dies    " : "SURVIVES"}  ${mutant.rule}: ${mutant.does}`)
}
rmSync(folder, { recursive: true, force: true })
console.log(`\n${chosen.length - survivors.length} of ${chosen.length} mutants die`)
process.exitCode = survivors.length === 0 ? 0 : 1
