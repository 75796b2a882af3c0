/** What no tracked file may hold: paths of somebody's machine, addresses of package registries. */
import { spawnSync } from "node:child_process"
import { root } from "./workspace.ts"

const forbidden: ReadonlyArray<{ readonly what: string; readonly pattern: RegExp }> = [
  { what: "a path of one machine", pattern: /(?<![\w.$}*)-])\/(?:work|farm|root|home|Users)\/(?!someone\b)[\w.-]/ },
  { what: "the address of a package registry", pattern: /https?:\/\/[^\s/"']*(?:registry|npmjs|npm\.)[^\s/"']*/i },
  { what: "a tarball address", pattern: /\btarball:\s*\S*:\/\// },
]

/** What is wrong with one file's text, one sentence each. */
export const leaksIn = (path: string, text: string): ReadonlyArray<string> =>
  text.split("\n").flatMap((line, index) =>
    forbidden.flatMap(({ what, pattern }) =>
      pattern.test(line) ? [`${path}:${index + 1}: ${what}: ${pattern.exec(line)![0]}`] : []
    )
  )

/** Checks all tracked files, the lock file included. Needs a git checkout. */
export const checkTracked = (): ReadonlyArray<string> => {
  // One call for all contents: `git grep` with an empty pattern that matches every line of every text file.
  const result = spawnSync(
    "git",
    ["grep", "-nIE", "--no-color", "/(work|farm|root|home|Users)/|registry|npm|tarball"],
    {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    },
  )
  if (result.status !== 0 && result.status !== 1) {
    return [`Cannot list the tracked files: ${result.error?.message ?? result.stderr.trim()}`]
  }
  return result.stdout.split("\n").flatMap((hit) => {
    const [, path, line, text] = /^([^:]+):(\d+):(.*)$/.exec(hit) ?? []
    return path === undefined ? [] : leaksIn(path, text!).map((leak) => leak.replace(`${path}:1:`, `${path}:${line}:`))
  })
}
