/** An end of the process that nothing can hold up. */

/**
 * Ends the process with this code.
 *
 * Node waits for its worker threads when it exits, and one that opens a FIFO without a reader, or writes to a disk that is
 * gone, never returns. Where such a thread is at work the process is replaced by one that ends at once: the system gives
 * up the threads, and the code is the same.
 */
export const exitNow = (code: number): never => {
  const isBusy = process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq") || name === "FILEHANDLE")
  // Not in Deno, nor on Windows.
  if (isBusy && typeof process.execve === "function" && process.platform !== "win32") {
    process.execve("/bin/sh", ["sh", "-c", `exit ${code}`], {})
  }
  process.exit(code)
}
