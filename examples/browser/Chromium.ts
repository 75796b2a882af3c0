/** A real browser without a window, for one page. */
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
const places = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]

/** Where the browser is: `CHROMIUM`, or the first found on the PATH; undefined where there is none. */
export const chromium: string | undefined = [
  process.env["CHROMIUM"] ?? "",
  ...(process.env["PATH"] ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))),
  ...places,
].find((path) => path !== "" && existsSync(path))

/** Opens a page; gives what closes the browser, with all its processes, and removes its profile. */
export const openPage = (url: string): () => Promise<void> => {
  const profile = mkdtempSync(join(tmpdir(), "boltodds-chromium-"))
  const browser = spawn(chromium!, [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    `--user-data-dir=${profile}`,
    url,
  ], { detached: true, stdio: "ignore" })
  const gone = new Promise<void>((resolve) => {
    browser.once("exit", () => resolve())
    browser.once("error", () => resolve())
  })
  return async () => {
    try {
      // Its process group: a browser that hangs must not outlive the test, nor its children.
      if (browser.pid !== undefined) process.kill(-browser.pid, "SIGKILL")
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
    }
    await gone
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
