/** A file that is being written: `NAME.part` until it is complete. */
import { codeOf } from "@boltodds/machine"
import { constants } from "node:fs"
import { type FileHandle, lstat, open, rm, truncate } from "node:fs/promises"
import { join } from "node:path"
import * as zlib from "node:zlib"
import { attempt, FileError } from "../FileError.ts"
import type { RenderedPath } from "../PathTemplate.ts"
import type { Codec, Encoder, MemberTotals } from "./Codec.ts"
import { memberBytes } from "./Codec.ts"
import { type Folder, syncFolder } from "./Folder.ts"

/** What a part needs of its sink. */
export interface PartContext {
  readonly folder: Folder
  readonly codec: Codec
  /** Whether what is written is to reach the disk, sooner or later. */
  readonly isDurable: boolean
  /** The mode of new files; undefined where the umask decides. */
  readonly mode: number | undefined
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Somebody deleted or moved the file. */
  readonly onGone: (path: string) => void
  /** A file of that name is there, and not ours. Returns where it has been put out of the way. */
  readonly onTaken: (path: string, folder: string) => Promise<void>
}

/** A piece in the form of the file, not yet written. */
interface Encoded {
  readonly bytes: Buffer
  readonly member: MemberTotals | undefined
}

/** Where a part stood before something was written to it. */
export interface FilePosition {
  readonly size: number
  readonly member: MemberTotals | undefined
}

const none: MemberTotals = { crc: 0, length: 0 }
const lookMillis = 1000
// Not on Windows, where it is not defined.
const noFollow = constants.O_NOFOLLOW ?? 0
// Or a pipe that nobody reads would hold up a thread for ever.
const noWait = constants.O_NONBLOCK ?? 0
const appending = constants.O_WRONLY | constants.O_APPEND | noFollow | noWait
const creating = appending | constants.O_CREAT | constants.O_EXCL

/** One file. All its methods are called one at a time. */
export class PartFile {
  readonly path: RenderedPath
  readonly #context: PartContext
  /** Bytes on disk that count: what follows them was never acknowledged. */
  size = 0
  /** The system allows it no more bytes (EFBIG). */
  isFull = false
  isUnsynced = false
  /** What the member holds that is not finished at `size`. */
  #member: MemberTotals | undefined
  #handle: FileHandle | undefined
  #encoder: Encoder | undefined
  /** Bytes may follow `size`. */
  #isTorn = false
  /** The inode, once there is a file. */
  #inode: number | undefined
  #lookedAt = -Infinity
  #folder = ""

  constructor(path: RenderedPath, context: PartContext) {
    this.path = path
    this.#context = context
  }

  get inode(): number | undefined {
    return this.#inode
  }

  /** Known once it was opened. */
  get file(): string {
    return join(this.#folder, `${this.path.stem}${this.path.ext}.part`)
  }

  get mark(): FilePosition {
    return { size: this.size, member: this.#member }
  }

  /** Makes sure that the file is there, is ours, and ends where we think. */
  async open(): Promise<void> {
    if (this.#handle !== undefined && this.#context.now() - this.#lookedAt >= lookMillis) await this.#look()
    if (this.#handle === undefined) await this.#open()
    if (this.#isTorn) await this.#mend()
  }

  /** The bytes that appending this text takes; nothing is written. Ends well or leaves the encoder as if never used. */
  async encode(text: Buffer): Promise<Encoded> {
    const { codec } = this.#context
    if (!codec.hasMembers) return { bytes: text, member: undefined }
    const chunks: Array<Buffer> = []
    let member = this.#member
    if (this.#encoder === undefined || member === undefined) {
      if (member !== undefined) chunks.push(codec.end(member))
      this.#dropEncoder()
      this.#encoder = codec.encoder()
      chunks.push(codec.begin)
      member = none
    }
    chunks.push(await this.#encoder.add(text))
    member = { crc: zlib.crc32(text, member.crc), length: member.length + text.length }
    if (member.length < memberBytes) return { bytes: Buffer.concat(chunks), member }
    this.#dropEncoder()
    chunks.push(codec.end(member))
    return { bytes: Buffer.concat(chunks), member: undefined }
  }

  /** What was encoded is not going to be written: the next piece begins a new member. */
  discard(): void {
    this.#dropEncoder()
  }

  /** Appends what was encoded last: all of it, or, after an error, nothing. */
  async append(encoded: Encoded): Promise<void> {
    try {
      await this.#write(encoded.bytes)
    } catch (cause) {
      await this.rollback(this.mark)
      throw cause
    }
    this.size += encoded.bytes.length
    this.#member = encoded.member
    this.isUnsynced = true
  }

  /** Takes back everything since a mark. Where that fails it is done before the next write. */
  async rollback(mark: FilePosition): Promise<void> {
    this.#dropEncoder()
    this.size = mark.size
    this.#member = mark.member
    this.#isTorn = true
    try {
      await this.#mend()
    } catch {
      // Still torn, and known to be: nothing is written before that is mended.
    }
  }

  /** Forces what was written to the disk. */
  async sync(): Promise<void> {
    if (!this.isUnsynced) return
    if (this.#handle === undefined) await this.#open()
    await attempt("sync", this.file, () => this.#handle!.sync())
    this.isUnsynced = false
  }

  /** Closes the file for now. */
  async close(): Promise<void> {
    this.#dropEncoder()
    const handle = this.#handle
    if (handle === undefined) return
    try {
      if (this.isUnsynced && this.#context.isDurable) await this.sync()
    } finally {
      this.#handle = undefined
      await attempt("close", this.file, () => handle.close())
    }
  }

  /** Makes a whole file of it, and closes it. */
  async finish(): Promise<void> {
    if (this.#member !== undefined || this.#isTorn) {
      await this.open()
      // The file may have been found gone.
      if (this.#member !== undefined) {
        await this.append({ bytes: this.#context.codec.end(this.#member), member: undefined })
      }
    }
    await this.close()
  }

  /** Gives the finished file its final name; undefined where nothing was ever written to it, and it is removed. */
  async complete(): Promise<string | undefined> {
    await this.finish()
    const { stem, ext } = this.path
    if (this.size > 0) {
      try {
        return await this.#context.folder.complete(this.file, this.#folder, stem, ext)
      } catch (cause) {
        if (codeOf(cause instanceof FileError ? cause.cause : cause) !== "ENOENT") throw cause
        this.#begone()
        return undefined
      }
    }
    if (this.#inode !== undefined) await attempt("remove", this.file, () => rm(this.file, { force: true }))
    return undefined
  }

  async #open(): Promise<void> {
    const { folder, isDurable } = this.#context
    this.#folder = await folder.make(this.path.folders)
    this.#lookedAt = this.#context.now()
    if (this.#inode !== undefined) {
      try {
        this.#handle = await open(this.file, appending)
      } catch (cause) {
        if (codeOf(cause) !== "ENOENT") throw new FileError("open", this.file, cause)
      }
    }
    if (this.#handle !== undefined) return this.#compare()
    if (this.#inode !== undefined) {
      this.#begone()
      // Perhaps with its folder.
      folder.forget()
      await folder.make(this.path.folders)
    }
    await this.#refuseDevice()
    try {
      this.#handle = await this.#create()
    } catch (cause) {
      // The folder may have been removed under us: it is made again at the next attempt.
      if (codeOf(cause) === "ENOENT") folder.forget()
      throw cause instanceof FileError ? cause : new FileError("open", this.file, cause)
    }
    this.#inode = await attempt("open", this.file, () => this.#handle!.stat().then(({ ino }) => ino))
    if (isDurable) await syncFolder(this.#folder)
  }

  async #create(): Promise<FileHandle> {
    try {
      return await this.#make()
    } catch (cause) {
      if (codeOf(cause) !== "EEXIST") throw cause
      await this.#context.onTaken(this.file, this.#folder)
      return this.#make()
    }
  }

  async #make(): Promise<FileHandle> {
    const { mode } = this.#context
    const handle = await open(this.file, creating, mode ?? 0o666)
    if (mode === undefined) return handle
    try {
      // What the umask took away of it.
      await handle.chmod(mode)
      return handle
    } catch (cause) {
      await handle.close()
      throw cause
    }
  }

  /** A path like /dev/null is no place for files beside it. */
  async #refuseDevice(): Promise<void> {
    const final = join(this.#folder, this.path.stem + this.path.ext)
    const stats = await lstat(final).catch(() => undefined)
    if (stats === undefined || stats.isFile() || stats.isSymbolicLink()) return
    const what = stats.isDirectory() ? "a folder" : "a device or a pipe; use the sink stdout with > for those"
    throw new FileError("write", final, new Error(`it is ${what}`), true)
  }

  /** Whether the file is still there: what is written to a deleted one is lost. */
  async #look(): Promise<void> {
    const handle = this.#handle!
    this.#lookedAt = this.#context.now()
    if ((await attempt("look at", this.file, () => handle.stat())).nlink > 0) return this.#compare()
    this.#dropEncoder()
    this.#handle = undefined
    await attempt("close", this.file, () => handle.close())
  }

  /** Another file of that name, or a shorter one: somebody moved ours, or cut it. */
  async #compare(): Promise<void> {
    const { ino, size } = await attempt("look at", this.file, () => this.#handle!.stat())
    if (ino === this.#inode && size >= this.size) return
    this.#begone()
    this.#inode = ino
    this.size = size
  }

  #begone(): void {
    this.#context.onGone(this.file)
    this.#dropEncoder()
    this.#member = undefined
    this.#inode = undefined
    this.size = 0
    this.#isTorn = false
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      for (let written = 0; written < bytes.length;) {
        written += (await this.#handle!.write(bytes, written, bytes.length - written)).bytesWritten
      }
    } catch (cause) {
      if (codeOf(cause) === "EFBIG" && this.size > 0) this.isFull = true
      throw new FileError("write", this.file, cause)
    }
  }

  /** Cuts off what follows `size`. */
  async #mend(): Promise<void> {
    const handle = this.#handle
    await attempt("repair", this.file, async () => {
      const { size, ino } = await (handle === undefined ? lstat(this.file) : handle.stat())
      // A file of that name that is not ours is left alone.
      if (size <= this.size || ino !== this.#inode) return
      await (handle === undefined ? truncate(this.file, this.size) : handle.truncate(this.size))
    })
    this.#isTorn = false
  }

  #dropEncoder(): void {
    this.#encoder?.close()
    this.#encoder = undefined
  }
}
