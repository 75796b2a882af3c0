/** The page, what it asks for, and what it has to say, over HTTP on this machine. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { type OutputChunk, rolldown } from "rolldown"

/** A module of this folder, given as its text, bundled for browsers with the packages' sources as they stand. */
export const bundleFor = async (source: string): Promise<{ readonly code: string; readonly gzipBytes: number }> => {
  const entry = fileURLToPath(new URL("entry.ts", import.meta.url))
  const bundle = await rolldown({
    input: entry,
    plugins: [{
      name: "entry",
      load: (id) => id === entry ? source : null,
      resolveId: (id) => id === entry ? id : null,
    }],
    platform: "browser",
    resolve: { conditionNames: ["@boltodds/source", "browser", "import", "default"] },
    // A module that cannot be had in a browser is an error, not a warning.
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message)
    },
  })
  const { output } = await bundle.generate({ format: "esm", minify: true })
  await bundle.close()
  const chunks = output.filter((file): file is OutputChunk => file.type === "chunk")
  const [chunk] = chunks
  const outside = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
  if (chunk === undefined || chunks.length !== 1 || outside.length > 0) {
    throw new Error(`The bundle is not one file that needs no other: it asks for ${outside.join(", ")}`)
  }
  return { code: chunk.code, gzipBytes: gzipSync(chunk.code, { level: 9 }).length }
}

/** What the page said, by the path it was posted to. */
type Heard = (path: string, body: string) => void

/** Serves files by their paths, and receives what is posted. */
export const servePage = async (
  files: Readonly<Record<string, { readonly type: string; readonly text: string }>>,
  heard: Heard,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    const path = request.url ?? "/"
    if (request.method === "POST") {
      const parts: Array<Buffer> = []
      request.on("data", (part: Buffer) => parts.push(part))
      request.on("end", () => {
        response.end()
        heard(path, Buffer.concat(parts).toString("utf8"))
      })
      return
    }
    const file = files[path]
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { "Content-Type": file.type }).end(file.text)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
