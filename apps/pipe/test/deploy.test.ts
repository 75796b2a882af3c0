/** The files in `deploy/`: each runs what it says, and each tool that judges such files accepts them. */
import { startSimulator } from "@boltodds/simulator"
import { metricDescriptions } from "@boltodds/serve"
import { hasPrometheus, parseScrape, promtool } from "@boltodds/testing/Promtool"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { freePort } from "@boltodds/testing/StoreServer"
import { PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { waitLimit } from "@boltodds/testing/TestProcess"
import { Deployment } from "kubernetes-models/apps/v1"
import { PersistentVolumeClaim, Service } from "kubernetes-models/v1"
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { parse, parseAllDocuments } from "yaml"

const deploy = fileURLToPath(new URL("../../../deploy", import.meta.url))
const read = (path: string): string => readFileSync(join(deploy, path), "utf8")
// Not onTestFinished: these tests run side by side, and it would end those of another.
const ends: Array<() => Promise<unknown>> = []
const atEnd = (end: () => Promise<unknown>): void => void ends.push(end)
afterAll(async () => void await Promise.all(ends.map((end) => end())))

const key = "sk-deploy-1234abcd"
const token = "0123456789abcdef0123456789abcdef"

/** The words of a command, as each of the three ways to run it gives them, after the program's name. */
const ways: ReadonlyArray<readonly [name: string, words: () => ReadonlyArray<string>]> = [
  ["the unit of systemd", () => /^ExecStart=\S+ (.*)$/m.exec(read("systemd/boltodds-pipe.service"))![1]!.split(" ")],
  ["the Dockerfile", () => JSON.parse(/^CMD (\[.*\])$/m.exec(read("docker/Dockerfile"))![1]!)],
  ["the Deployment", () => deployment().spec.template.spec.containers[0].args],
]

// oxlint-disable-next-line typescript/no-explicit-any -- a manifest may hold anything
const manifests = (): ReadonlyArray<any> =>
  parseAllDocuments(read("kubernetes/boltodds-pipe.yaml")).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS()
  })
const deployment = () => manifests().find(({ kind }) => kind === "Deployment")!

const ask = async (at: string, page: string): Promise<readonly [status: number, text: string]> => {
  const response = await fetch(at + page, { headers: { authorization: `Bearer ${token}` } })
  return [response.status, await response.text()]
}

const until = async (at: string, page: string, holds: (status: number, text: string) => boolean): Promise<string> => {
  const end = performance.now() + waitLimit()
  for (;;) {
    const [status, text] = await ask(at, page)
    if (holds(status, text)) return text
    if (performance.now() > end) throw new Error(`${page} is still ${status}: ${text}`)
    await sleep(100)
  }
}

describe("each way to run it", { concurrent: true }, () => {
  it.each(ways)("%s runs the pipeline with a file sink, health and metrics", async (_, words) => {
    const feed = await startSimulator({ key, rate: 100, world: { games: 4 } })
    atEnd(() => feed.stop())
    const folder = temporaryFolder()
    copyFileSync(join(deploy, "pipeline.yaml"), join(folder, "pipeline.yaml"))
    writeFileSync(join(folder, "key"), key, { mode: 0o600 })
    writeFileSync(join(folder, "token"), token, { mode: 0o600 })
    mkdirSync(join(folder, "data"))
    const port = await freePort()
    // Only what is a place of the machine differs.
    const here = words().map((word) =>
      word.replace("/etc/boltodds/pipeline.yaml", join(folder, "pipeline.yaml"))
        .replace(/^\/run\/secrets\/.*token$/, join(folder, "token"))
        .replace(/^(127\.0\.0\.1|0\.0\.0\.0):9464$/, `$1:${port}`)
    )
    const env = { BOLTODDS_URL: feed.url, BOLTODDS_KEY_FILE: join(folder, "key"), BOLTODDS_DATA: join(folder, "data") }
    const pipe = new PipeProcess(here, { env })
    atEnd(async () => void await pipe.stop("SIGKILL"))
    await pipe.until(({ stderr }) => stderr.includes("receiving from"))
    const at = `http://127.0.0.1:${port}`
    await until(at, "/readyz", (status) => status === 200)
    await until(at, "/metrics", (_, text) => /boltodds_lane_delivered_total\{sink="files"[^}]*\} [1-9]/.test(text))
    const probe = await runPipe(["status", String(port), "--probe", "livez"])
    expect([probe.code, probe.stdout]).toEqual([0, "ok\n"])
    expect((await pipe.stop()).code).toBe(0)
    const files = readdirSync(join(folder, "data"), { recursive: true }).map(String)
    expect(files.filter((file) => /^changes\/\w+\/\d{8}T\d\d\.ndjson\.zst$/.test(file)).length).toBeGreaterThan(0)
  })
})

describe("the unit of systemd", () => {
  const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0

  it.skipIf(!hasSystemd)("passes systemd-analyze, and is hardened (skipped without systemd-analyze)", () => {
    const folder = temporaryFolder()
    const unit = join(folder, "boltodds-pipe.service")
    // The program is not installed here; everything else is as it is.
    writeFileSync(unit, read("systemd/boltodds-pipe.service").replace("/usr/local/bin/boltodds-pipe", "/bin/true"))
    const verified = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" })
    expect([verified.status, verified.stderr]).toEqual([0, ""])
    const rated = spawnSync("systemd-analyze", ["security", "--offline=true", "--threshold=20", unit], {
      encoding: "utf8",
    })
    expect(rated.status, rated.stdout + rated.stderr).toBe(0)
  })
})

describe("the container", () => {
  it("is not root, and has a health check of its own command", () => {
    const lines = read("docker/Dockerfile").split("\n")
    const users = lines.filter((line) => line.startsWith("USER "))
    expect(users.at(-1)).toBe("USER node")
    const check = JSON.parse(/^ {2}CMD (\[.*\])$/m.exec(read("docker/Dockerfile"))![1]!)
    expect(check).toEqual(["boltodds-pipe", "status", "9464", "--probe", "livez"])
  })

  it("is read-only and without capabilities in compose", () => {
    const { services: { pipe }, volumes, secrets } = parse(read("docker/compose.yaml"))
    expect(pipe).toMatchObject({ read_only: true, user: "node", cap_drop: ["ALL"] })
    expect(pipe.security_opt).toEqual(["no-new-privileges:true"])
    expect(Object.keys(secrets)).toEqual(pipe.secrets)
    expect(Object.keys(volumes)).toEqual(["data"])
  })

  const compose = spawnSync("docker", ["compose", "version"])
  it.skipIf(compose.status !== 0)("passes docker compose (skipped without it)", () => {
    const folder = temporaryFolder()
    for (const name of ["key", "token"]) writeFileSync(join(folder, name), "x")
    copyFileSync(join(deploy, "docker/compose.yaml"), join(folder, "compose.yaml"))
    const { status, stderr } = spawnSync(
      "docker",
      ["compose", "-f", join(folder, "compose.yaml"), "config", "--quiet"],
      {
        encoding: "utf8",
      },
    )
    expect([status, stderr]).toEqual([0, ""])
  })
})

describe("the manifests of Kubernetes", () => {
  it("pass the schemas of Kubernetes", () => {
    const kinds = { Deployment, PersistentVolumeClaim, Service }
    const seen = manifests().map((manifest) => {
      new kinds[manifest.kind as keyof typeof kinds](manifest).validate()
      return manifest.kind
    })
    expect(seen).toEqual(["PersistentVolumeClaim", "Deployment", "Service"])
    const wrong = structuredClone(deployment())
    wrong.spec.replicas = "one"
    expect(() => new Deployment(wrong).validate()).toThrow("replicas must be integer")
  })

  it("meet the restricted Pod Security Standard, with all probes", () => {
    const { spec } = deployment().spec.template
    const [container] = spec.containers
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } })
    expect(spec.automountServiceAccountToken).toBe(false)
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    })
    const paths = [container.startupProbe, container.livenessProbe, container.readinessProbe].map(({ httpGet }) =>
      httpGet.path
    )
    expect(paths).toEqual(["/livez", "/livez", "/readyz"])
    for (const { mountPath, name } of container.volumeMounts) {
      expect(spec.volumes.map((volume: { readonly name: string }) => volume.name), mountPath).toContain(name)
    }
  })

  it("belong together: the service finds the pods, and the pods their volume", () => {
    const all = manifests()
    const labels = deployment().spec.template.metadata.labels
    const service = all.find(({ kind }) => kind === "Service")
    expect(service.spec.selector).toEqual(labels)
    expect(deployment().spec.selector.matchLabels).toEqual(labels)
    const claim = all.find(({ kind }) => kind === "PersistentVolumeClaim")
    expect(deployment().spec.template.spec.volumes).toContainEqual({
      name: "data",
      persistentVolumeClaim: { claimName: claim.metadata.name },
    })
    expect(deployment().spec.strategy).toEqual({ type: "Recreate" })
  })
})

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string; readonly runbook: string }
}

const rules = (): ReadonlyArray<Rule> => parse(read("prometheus/alerts.yml")).groups[0].rules

/** What the panels and the annotations of the dashboard ask for. */
const questions = (): ReadonlyArray<string> => {
  const { panels, annotations } = JSON.parse(read("grafana/boltodds.json"))
  return [
    ...panels.flatMap(({ targets }: { readonly targets: ReadonlyArray<{ readonly expr: string }> }) =>
      targets.map(({ expr }) => expr)
    ),
    ...annotations.list.map(({ expr }: { readonly expr: string }) => expr),
  ]
}

describe("alerts and dashboard", () => {
  it("ask only for metrics that there are", () => {
    const known = new Set(metricDescriptions.map(({ name }) => name))
    const asked = [...rules().map(({ expr }) => expr), ...questions()].flatMap((expr) =>
      expr.match(/\b(?:boltodds|process)_\w+/g) ?? []
    )
    expect(asked.length).toBeGreaterThan(50)
    const unknown = asked.filter((name) => !known.has(name.replace(/_(?:bucket|sum|count)$/, "")) && !known.has(name))
    expect(unknown).toEqual([])
  })

  it("have a section of the runbook for each alert, and none for others", () => {
    const runbook = readFileSync(join(deploy, "../docs/operations.md"), "utf8")
    const sections = [...runbook.matchAll(/^### (Boltodds\w+)$/gm)].map(([, name]) => name)
    expect(sections).toEqual(rules().map(({ alert }) => alert))
    for (const { alert, annotations } of rules()) {
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`)
    }
  })
})

describe.skipIf(!hasPrometheus())("alerts and dashboard (skipped without promtool)", () => {
  it("pass promtool: the rules, their tests, the scrape configuration, and each question of the dashboard", () => {
    const cwd = join(deploy, "prometheus")
    expect(promtool(["check", "rules", "alerts.yml"], { cwd })).toMatchObject({ code: 0 })
    const tested = promtool(["test", "rules", "alerts_test.yml"], { cwd })
    expect(tested.code, tested.output).toBe(0)
    expect(promtool(["check", "config", "prometheus.yml"], { cwd })).toMatchObject({ code: 0 })
    const folder = temporaryFolder()
    const recording = questions().map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll("$instance", ".*"),
    }))
    writeFileSync(join(folder, "panels.yml"), JSON.stringify({ groups: [{ name: "panels", rules: recording }] }))
    const checked = promtool(["check", "rules", "panels.yml"], { cwd: folder })
    expect(checked.code, checked.output).toBe(0)
  })

  it("fire in a run with faults: for the feed that is gone and the sink that fails, and for nothing else", async () => {
    const feed = await startSimulator({ key, rate: 200, world: { games: 4 } })
    let isUp = true
    atEnd(async () => void await (isUp ? feed.stop() : undefined))
    const dead = await freePort()
    const folder = new PipelineFolder(
      "source: feed",
      "sinks:",
      "  files: { file: { path: changes.ndjson }, emit: changes }",
      `  hook: { webhook: { url: "http://127.0.0.1:${dead}/", unsigned: true, allow_private: true }, emit: changes, required: false, ` +
        "lane: { breaker: { failures: 2, cool: 60s }, retry: { base: 100ms, cap: 100ms } } }",
    )
    const port = await freePort()
    const env = { BOLTODDS_URL: feed.url, BOLTODDS_API_KEY: key }
    const pipe = new PipeProcess(["run", folder.file, "--listen", String(port)], { env })
    atEnd(async () => void await pipe.stop("SIGKILL"))
    const at = `http://127.0.0.1:${port}`
    await pipe.until(({ stderr }) => stderr.includes("receiving from"))
    await until(at, "/feedz", (status) => status === 200)
    const well = parseScrape((await ask(at, "/metrics"))[1])
    isUp = false
    await feed.stop()
    await until(at, "/feedz", (status) => status === 503)
    await until(at, "/metrics", (_, text) => /boltodds_lane_breaker_open\{sink="hook"[^}]*\} 1/.test(text))
    const ill = parseScrape((await ask(at, "/metrics"))[1])
    await pipe.stop("SIGKILL")

    const seriesOf = ({ name, labels }: { readonly name: string; readonly labels: object }): string =>
      `${name}{${
        Object.entries({ job: "boltodds", instance: "a", ...labels }).map(([label, value]) =>
          `${label}=${JSON.stringify(value)}`
        )
          .join(",")
      }}`
    const before = new Map(well.map((sample) => [seriesOf(sample), sample.value]))
    // Ten minutes as it was when all was well but the hook, twenty as it is now.
    const input = [
      { series: 'up{job="boltodds",instance="a"}', values: "1+0x120" },
      ...ill.map((sample) => {
        const series = seriesOf(sample)
        return { series, values: `${before.get(series) ?? sample.value}+0x40 ${sample.value}+0x80` }
      }),
    ]
    const firing = 'count by (alertname, sink) (ALERTS{alertstate="firing"})'
    const tests = [{
      interval: "15s",
      input_series: input,
      promql_expr_test: [{
        expr: firing,
        eval_time: "20m",
        exp_samples: [
          { labels: '{alertname="BoltoddsFeedNotLive"}', value: 1 },
          { labels: '{alertname="BoltoddsSinkFailing",sink="hook"}', value: 1 },
        ],
      }],
    }]
    const place = temporaryFolder()
    copyFileSync(join(deploy, "prometheus/alerts.yml"), join(place, "alerts.yml"))
    writeFileSync(
      join(place, "night.yml"),
      JSON.stringify({ rule_files: ["alerts.yml"], evaluation_interval: "15s", tests }),
    )
    const { code, output } = promtool(["test", "rules", "night.yml"], { cwd: place })
    expect(code, output).toBe(0)
  })
})
