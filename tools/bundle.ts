/** How an app becomes a file and the few chunks beside it. */
import { chmodSync } from "node:fs"
import { createRequire, isBuiltin } from "node:module"
import { join } from "node:path"
import { type ConfigExport, defineConfig, type Plugin, type RolldownOptions } from "rolldown"
import { chunksOf } from "./chunks.ts"
import { thirdPartyLicenses } from "./licenses.ts"
import { apps, root, type WorkspacePackage } from "./workspace.ts"

/**
 * A rolldown configuration for an app: its `src/main.ts` to `dist/<name>.js`, which starts, and chunks
 * beside it, which are read when they are needed.
 *
 * Everything is inside, so an install of it brings nothing along, and `--help` reads three small files. The workspace's
 * packages come from their sources, so no other build has to come first.
 */
export const bundle = (name: string): ConfigExport => {
  const app = apps.find((app) => app.name === name)
  if (app === undefined) throw new Error(`Cannot bundle ${name}: there is no such app`)
  const entry = join(root, app.folder, "src", "main.ts")
  let chunks: ReadonlyMap<string, string> = new Map()
  const input: RolldownOptions = {
    input: { [name]: entry },
    platform: "node",
    resolve: { conditionNames: ["@boltodds/source", "module", "node", "import", "default"] },
  }
  return defineConfig({
    ...input,
    // As groups that leave dependencies out require.
    preserveEntrySignatures: "allow-extension",
    output: {
      dir: "dist",
      cleanDir: true,
      entryFileNames: "[name].js",
      // With a hash: the names that a chunk exports are short ones, which mean something else in another build.
      chunkFileNames: "[name]-[hash].js",
      format: "esm",
      banner: ({ isEntry }) => isEntry ? `#!/usr/bin/env node\n${nodeGuard(app)}` : "",
      // Names stay, so that a stack trace can be read without its source map.
      minify: "dce-only",
      // Node reads, decodes and checks the whole text at each start: a third of it would be comments, and one character
      // that is not ASCII doubles its size in memory. The licenses are in a file of their own.
      comments: false,
      charset: "ascii",
      sourcemap: true,
      // Lines and names are enough for a stack trace; the sources would be two thirds of what is installed.
      sourcemapExcludeSources: true,
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [{
          debugName: "chunks",
          name: (id) => chunks.get(id) ?? null,
        }],
      },
    },
    plugins: [lazyBuiltins, requiredAsByNode, noFacades, thirdPartyLicenses, {
      name: "package",
      async buildStart() {
        chunks = await chunksOf({ ...input, plugins: [lazyBuiltins, requiredAsByNode] })
      },
      // So that the folder works wherever it is put: Node takes its files for ES modules at once.
      generateBundle() {
        this.emitFile({ type: "asset", fileName: "package.json", source: `{ "type": "module" }\n` })
      },
      writeBundle: ({ dir }) => chmodSync(join(dir ?? "dist", `${name}.js`), 0o755),
    }],
  })
}

/**
 * What stands first in the file: one sentence where Node is too old, before anything that an old one does not have is
 * used. It is read by every Node that reads ES modules at all; Deno and Bun give the version of Node that they stand for.
 */
const nodeGuard = ({ name, manifest }: WorkspacePackage): string => {
  const wanted = manifest.engines?.node.replace(">=", "")
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
 * which Node loads its whole fetch, 50 ms at each start. In the bundle a module is an object whose members load it when
 * the first of them is read.
 */
const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  // The bundler's own runtime needs node:module before anything of ours has run.
  resolveId: (id) =>
    isBuiltin(id) && id !== "node:module" ? { id: mark + id.replace(/^node:/, ""), moduleSideEffects: false } : null,
  load: (id) => id.startsWith(mark) ? { code: lazyModule(id.slice(mark.length)), moduleType: "js" } : null,
}

/**
 * A package that a CommonJS module requires is the one that Node gives it. Of a package with a module for each kind the
 * bundler would take the other one, whose default export is a member there.
 */
const requiredAsByNode: Plugin = {
  name: "required-as-by-node",
  resolveId: (id, importer, { kind }) => {
    if (kind !== "require-call" || importer === undefined || id.startsWith(".") || isBuiltin(id)) return null
    try {
      return createRequire(importer).resolve(id)
    } catch {
      return null // what is not installed is required inside a try
    }
  },
}

const lazyModule = (name: string): string => {
  const members: unknown = process.getBuiltinModule(`node:${name}`)
  // What is a function itself, such as node:events, is needed whole.
  if (typeof members !== "object" || members === null) {
    return `module.exports = process.getBuiltinModule("node:${name}")`
  }
  return `let loaded
for (const name of ${JSON.stringify(Object.keys(members))}) {
  Object.defineProperty(module.exports, name, {
    enumerable: true,
    get: () => (loaded ??= process.getBuiltinModule("node:${name}"))[name],
  })
}`
}

/** What the bundler makes for an `import()` of a module that is in a chunk with others: a file that only passes it on. */
const facade = /^export \{ ([^}]*) \} from "\.\/([\w-]+\.js)";\s*$/

/** Imports the chunk itself instead, so that the command is a few files. */
export const noFacades: Plugin = {
  name: "no-facades",
  generateBundle: (_options, files) => {
    for (const { fileName, code } of Object.values(files).filter((file) => file.type === "chunk")) {
      const [, names, chunk] = facade.exec(code) ?? []
      if (names === undefined) continue
      const members = names.split(", ").map((name) => name.split(" as ")).map(([inside, outside = inside]) =>
        `${outside}: chunk.${inside}`
      )
      const imported = `import("./${chunk}").then((chunk) => ({ ${members.join(", ")} }))`
      for (const other of Object.values(files)) {
        if (other.type !== "chunk") continue
        // A function: names may have a $, which means something in a replacement.
        other.code = other.code.replaceAll(`import("./${fileName}")`, () => imported)
      }
      delete files[fileName]
    }
  },
}
