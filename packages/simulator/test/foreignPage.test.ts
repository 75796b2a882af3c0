/** Who is let in: programs from wherever they are, and web pages that are of this machine. */
import { type Simulator, type SimulatorOptions, startSimulator } from "@boltodds/simulator"
import { get } from "node:http"
import { hostname, networkInterfaces } from "node:os"
import { describe, expect, it, onTestFinished } from "vitest"
import { WebSocket } from "ws"

const started = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const simulator = await startSimulator({ rate: 0, ...options })
  onTestFinished(() => simulator.stop())
  return simulator
}

type Headers = Readonly<Record<string, string>>

/** What a dial gets that is made as a browser makes it: 101, or the status of a refusal. */
const dial = ({ port }: Simulator, headers: Headers = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const { Origin: origin, ...others } = headers
    const options = { headers: others, ...(origin === undefined ? {} : { origin }) }
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api?key=k`, options)
    socket.on("open", () => {
      socket.close()
      resolve(101)
    })
    socket.on("unexpected-response", (_, response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
    socket.on("error", reject)
  })

const ask = ({ port }: Simulator, headers: Headers): Promise<readonly [status: number, body: string]> =>
  new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path: "/api/get_info?key=k", headers }, (response) => {
      let body = ""
      response.setEncoding("utf8").on("data", (text: string) => void (body += text))
      response.on("end", () => resolve([response.statusCode ?? 0, body]))
    }).on("error", reject)
  })

const browser = { "User-Agent": "Mozilla/5.0", "Sec-WebSocket-Extensions": "permessage-deflate" }

describe("the simulator", () => {
  it("refuses web pages of other sites, before their key is looked at, and says once how to allow them", async () => {
    const refused: Array<string> = []
    const simulator = await started({ onRefused: (why) => refused.push(why) })
    const foreign = [
      "https://evil.example",
      "http://203.0.113.5",
      "http://192.168.1.7:3000",
      "null",
      "chrome-extension://x",
    ]
    for (const Origin of [...foreign, ...foreign]) {
      expect([Origin, await dial(simulator, { ...browser, Origin })]).toEqual([Origin, 403])
    }
    expect(refused).toEqual([
      "a web page of evil.example asked for it. To allow it: add evil.example to allowHosts",
      "a web page of 203.0.113.5 asked for it. To allow it: add 203.0.113.5 to allowHosts",
      "a web page of 192.168.1.7 asked for it. To allow it: add 192.168.1.7 to allowHosts",
      "a web page without an origin asked for it. To allow it: add null to allowHosts",
      "a web page of x asked for it. To allow it: add x to allowHosts",
    ])
    const [status, body] = await ask(simulator, { Origin: "https://evil.example" })
    expect([status, body]).toEqual([403, `Refused: ${refused[0]}`])
    expect(simulator.stats().accepted).toBe(0)
  })

  it("refuses a name that is not its own: a site whose name was led here reads what it is answered", async () => {
    const simulator = await started()
    for (const host of ["evil.example", "evil.example:7878", "127.0.0.1.evil.example", "localhost.evil.example"]) {
      // The page is of that name too, so its browser takes both for one.
      expect([host, await dial(simulator, { Host: host, Origin: `http://${host}` })]).toEqual([host, 403])
      expect([host, (await ask(simulator, { Host: host }))[0]]).toEqual([host, 403])
    }
  })

  it("lets in programs, and pages of this machine", async () => {
    const simulator = await started()
    expect(await dial(simulator)).toBe(101)
    const hosts = [
      "localhost:7878",
      "127.0.0.1",
      "127.9.9.9:1",
      "[::1]:7878",
      "app.localhost",
      "10.0.0.7:80",
      "simulator:7878",
      hostname(),
    ]
    for (const Host of hosts) {
      expect([Host, await dial(simulator, { Host })]).toEqual([Host, 101])
      expect([Host, (await ask(simulator, { Host }))[0]]).toEqual([Host, 200])
      // Some programs send the address that they dial as an origin.
      expect([Host, await dial(simulator, { Host, Origin: `http://${Host}` })]).toEqual([Host, 101])
    }
    for (
      const Origin of ["http://localhost:5173", "https://127.0.0.1:8443", "http://[::1]:3000", "http://app.localhost"]
    ) {
      expect([Origin, await dial(simulator, { ...browser, Origin })]).toEqual([Origin, 101])
    }
  })

  it("accepts the names of `allowHosts`", async () => {
    const some = await started({ allowHosts: ["sim.example", "https://app.example:3000", "null"] })
    for (const headers of [{ Host: "sim.example:1" }, { Origin: "https://app.example" }, { Origin: "null" }]) {
      expect(await dial(some, headers)).toBe(101)
    }
    expect(await dial(some, { Origin: "https://other.example" })).toBe(403)
    const all = await started({ allowHosts: ["*"] })
    expect(await dial(all, { Host: "evil.example", Origin: "https://other.example" })).toBe(101)
  })

  it("lets in other machines where it listens for them, and pages of the local network, not those of the web", async () => {
    const simulator = await started({ host: "0.0.0.0" })
    const own = Object.values(networkInterfaces()).flat().find((found) => found?.family === "IPv4" && !found.internal)
    for (const Host of [own?.address ?? "192.168.1.9", "sim", "203.0.113.5:7878"]) {
      expect([Host, await dial(simulator, { Host })]).toEqual([Host, 101])
    }
    for (const Origin of ["http://192.168.1.7:3000", "http://10.1.2.3", "http://172.20.0.2", "http://[fd00::1]"]) {
      expect([Origin, await dial(simulator, { ...browser, Host: "192.168.1.9", Origin })]).toEqual([Origin, 101])
    }
    for (
      const headers of [{ Origin: "https://evil.example" }, { Origin: "http://172.32.0.1" }, { Host: "evil.example" }]
    ) {
      expect(await dial(simulator, headers)).toBe(403)
    }
  })
})
