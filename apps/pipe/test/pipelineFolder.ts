/** A folder with a configuration in it, as somebody has who runs a pipeline. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

/** A folder of its own, with `pipeline.yaml` in it. */
export class PipelineFolder {
  readonly path = mkdtempSync(join(tmpdir(), "boltodds-pipeline-"))
  readonly file = join(this.path, "pipeline.yaml")

  constructor(...lines: ReadonlyArray<string>) {
    this.write(...lines)
  }

  /** Replaces the configuration. */
  write(...lines: ReadonlyArray<string>): void {
    writeFileSync(this.file, ["version: 1", ...lines, ""].join("\n"))
  }

  at(name: string): string {
    return join(this.path, name)
  }

  has(name: string): boolean {
    return existsSync(this.at(name))
  }

  text(name: string): string {
    return readFileSync(this.at(name), "utf8")
  }

  lines(name: string): ReadonlyArray<string> {
    return this.text(name).split("\n").filter((line) => line !== "")
  }

  /** Resolves when this holds of what another process writes here. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await sleep(20)
  }
}
