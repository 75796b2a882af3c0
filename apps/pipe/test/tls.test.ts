/** Certificates are verified whatever the environment says: over real sockets, with the command as users have it. */
import { once } from "node:events"
import { mkdtempSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:https"
import { type AddressInfo, connect, createServer as createTcpServer, type Server as TcpServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls"
import { afterEach, describe, expect, it } from "vitest"
import { cert, key } from "@boltodds/testing/certificate"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { type Ended, PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"

const secret = "sk-tls-7f7f7f7f"
const trusted = join(mkdtempSync(join(tmpdir(), "boltodds-tls-")), "ca.pem")
writeFileSync(trusted, cert)

const servers: Array<Server | TcpServer | TlsServer> = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A server with a certificate that signs itself, and all that it was asked. */
const impostor = async (): Promise<{ readonly port: number; readonly asked: Array<string> }> => {
  const asked: Array<string> = []
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume().on("end", () => response.writeHead(403).end("{}"))
  })
  server.on("upgrade", (request, socket) => {
    asked.push(`DIAL ${request.url}`)
    socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
  })
  servers.push(server.listen(0, "127.0.0.1"))
  await once(server, "listening")
  return { port: (server.address() as AddressInfo).port, asked }
}

/** A proxy that connects whatever it is asked for to the impostor; with TLS of its own, or none. */
const proxyTo = async (port: number, isSecure: boolean): Promise<string> => {
  const server = isSecure ? createTlsServer({ cert, key }) : createTcpServer()
  server.on(isSecure ? "secureConnection" : "connection", (socket) => {
    socket.on("error", () => socket.destroy())
    socket.once("data", () => {
      socket.pause()
      const target = connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        target.pipe(socket).pipe(target)
      })
      target.on("error", () => socket.destroy())
      socket.on("close", () => target.destroy())
    })
  })
  servers.push(server.listen(0, "127.0.0.1"))
  await once(server, "listening")
  return `${isSecure ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type Way = "straight" | "through a proxy" | "through a proxy that is reached over TLS"
const ways: ReadonlyArray<Way> = ["straight", "through a proxy", "through a proxy that is reached over TLS"]

/** The environment of a command that reaches the impostor by one of the ways, and the impostor's host by that way. */
const reach = async (way: Way, port: number) => {
  if (way === "straight") return { env: {}, host: `127.0.0.1:${port}` }
  const proxy = await proxyTo(port, way !== "through a proxy")
  return { env: { HTTPS_PROXY: proxy }, host: `feed.example:${port}` }
}

const unverified = { NODE_TLS_REJECT_UNAUTHORIZED: "0", BOLTODDS_API_KEY: secret }
const withAuthority = { NODE_EXTRA_CA_CERTS: trusted, BOLTODDS_API_KEY: secret }

const commands: ReadonlyArray<{
  readonly name: string
  readonly asked: RegExp
  readonly run: (host: string, env: Readonly<Record<string, string>>) => Promise<Ended>
}> = [
  {
    name: "the feed",
    asked: /^DIAL \/api\?key=/,
    run: (host, env) => runPipe(["--url", `wss://${host}/api`, "--max-attempts", "1"], { env }),
  },
  {
    name: "the catalog",
    asked: /^GET \/api\/get_info\?key=/,
    run: (host, env) => runPipe(["catalog", "sports", "--url", `wss://${host}/api`], { env }),
  },
  {
    name: "a webhook",
    asked: /^POST \/hook$/,
    run: (host, env) => {
      const folder = new PipelineFolder(
        "source: simulator",
        `sinks: { hook: { webhook: { url: "https://${host}/hook", unsigned: true, allow_private: true } } }`,
      )
      return runPipe(["check", folder.file, "--connect", "--allow", "private"], { env })
    },
  },
]

describe.each(commands)(
  "a certificate that nobody signed, of $name,",
  { concurrent: false },
  ({ asked: pattern, run }) => {
    it.each(ways)("is refused %s, also with NODE_TLS_REJECT_UNAUTHORIZED=0", async (way) => {
      const { port, asked } = await impostor()
      const { env, host } = await reach(way, port)
      const { code, stdout, stderr } = await run(host, { ...unverified, ...env })
      expect(code, stderr).not.toBe(0)
      expect(stdout + stderr).toMatch(/self-signed|SELF_SIGNED/)
      expect(asked).toEqual([])
    })

    it.each(ways)("is taken %s where NODE_EXTRA_CA_CERTS has its authority", async (way) => {
      const { port, asked } = await impostor()
      const { env, host } = await reach(way, port)
      await run(host, { ...withAuthority, ...env })
      expect(asked.join("\n")).toMatch(new RegExp(pattern, "m"))
    })
  },
)

describe("doctor", () => {
  it("names the variable that turns verification off elsewhere, and what to set", async () => {
    const { port, asked } = await impostor()
    const doctor = new PipeProcess(["doctor", "--for", "1s", "--url", `wss://127.0.0.1:${port}/api`], {
      env: unverified,
    })
    const { stdout } = await doctor.ended
    expect(stdout).toMatch(
      /warning +tls +NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect here: every certificate is verified/,
    )
    expect(stdout).toContain("NODE_EXTRA_CA_CERTS=/path/ca.pem")
    expect(asked).toEqual([])
  })
})
