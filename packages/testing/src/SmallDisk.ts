/** A disk of 256 KiB that a test can fill. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"

/** A tmpfs that is mounted until the test file ends. */
export class SmallDisk {
  readonly path: string = mkdtempSync(join(tmpdir(), "boltodds-small-disk-"))
  /** Whether it is mounted: that needs root on Linux. Tests skip themselves otherwise. */
  readonly isMounted: boolean = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", this.path]).status === 0
  readonly #filler: string = join(this.path, "filler")

  constructor() {
    afterAll(() => {
      if (this.isMounted) spawnSync("umount", [this.path])
      rmSync(this.path, { recursive: true, force: true })
    })
  }

  /** Takes all of the disk except this many bytes. */
  fill(leave: number): void {
    this.#write("w")
    writeFileSync(this.#filler, Buffer.alloc(statSync(this.#filler).size - leave))
  }

  /** Takes all that is left. */
  takeTheRest(): void {
    this.#write("a")
  }

  /** Frees what {@link SmallDisk.fill} took. */
  makeRoom(): void {
    rmSync(this.#filler)
  }

  #write(flag: "w" | "a"): void {
    try {
      writeFileSync(this.#filler, Buffer.alloc(1024 * 1024), { flag })
    } catch {
      // The disk is full now, which is the purpose.
    }
  }
}
