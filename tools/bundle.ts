/** How an app becomes one file. */
import { chmodSync } from "node:fs"
import { isBuiltin } from "node:module"
import { type ConfigExport, defineConfig, type Plugin } from "rolldown"
import { apps } from "./workspace.ts"

/**
 * A rolldown configuration for the app in the current folder: `src/main.ts` to `dist/<name>.js`.
 *
 * Everything is inside, so it starts in a fraction of the time, and an install of it brings nothing along. The
 * workspace's packages come from their sources, so no other build has to come first.
 */
export const bundle = (name: string): ConfigExport => {
  const file = `dist/${name}.js`
  return defineConfig({
    input: "src/main.ts",
    platform: "node",
    resolve: { conditionNames: ["@boltodds/source", "module", "node", "import", "default"] },
    output: {
      file,
      format: "esm",
      banner: `#!/usr/bin/env node\n${nodeGuard(name)}`,
      // Names stay, so that a stack trace can be read without its source map.
      minify: "dce-only",
      sourcemap: true,
      codeSplitting: false,
    },
    plugins: [lazyBuiltins, {
      name: "executable",
      writeBundle: ({ file: written }) => chmodSync(written ?? file, 0o755),
    }],
  })
}

/**
 * What stands first in the file: one sentence where Node is too old, before anything that an old one does not have is
 * used. It is read by every Node that reads ES modules at all; Deno and Bun give the version of Node that they stand for.
 */
const nodeGuard = (name: string): string => {
  const wanted = apps.find((app) => app.name === name)?.manifest.engines?.node.replace(">=", "")
  if (wanted === undefined) throw new Error(`Cannot bundle ${name}: its package.json names no engines.node`)
  return [
    "{",
    `  const wanted = "${wanted}".split("."), found = process.versions.node.split(".")`,
    "  if (+found[0] < +wanted[0] || +found[0] === +wanted[0] && +found[1] < +(wanted[1] || 0)) {",
    `    console.error("${name} needs Node " + wanted.join(".") + " or newer; this is Node " + process.versions.node + ".` +
    ` Install a newer one from https://nodejs.org.")`,
    "    process.exit(78)",
    "  }",
    "}",
  ].join("\n")
}

const mark = "\0builtin:"

/**
 * An ES import of one of Node's own modules reads everything it exports: of `node:http` that is a `WebSocket` too, for
 * which Node loads its whole fetch, 50 ms at each start. Taken as an object, and only by the command that needs it, a
 * module costs what is used of it: measured, 0.10 s of processor time for `--help` become 0.06 s.
 */
const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  // The bundler's own runtime needs node:module before anything of ours has run.
  resolveId: (id) =>
    isBuiltin(id) && id !== "node:module" ? { id: mark + id.replace(/^node:/, ""), moduleSideEffects: false } : null,
  load: (id) =>
    id.startsWith(mark)
      ? { code: `module.exports = process.getBuiltinModule("node:${id.slice(mark.length)}")`, moduleType: "js" }
      : null,
}
