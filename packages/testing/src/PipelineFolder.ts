/** A folder with a configuration, as a user of the command has. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { temporaryFolder } from "./temporaryFolder.ts"

/** A folder of its own, with `pipeline.yaml` in it. */
export class PipelineFolder {
  readonly path = temporaryFolder()
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

  /** Resolves when the condition holds of what another process writes here. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await sleep(20)
  }
}
