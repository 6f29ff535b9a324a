/**
 * A disk that loses its power. Operations work on a real folder and are recorded; what a power loss leaves after any of
 * them can be built in another folder.
 *
 * It loses everything that was not forced: the content of a file until the file is synced, and its name until the folder
 * is. A rename happens whole or not at all. What was not forced may be there all the same, which a caller can choose.
 */
import * as fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { Files } from '../../../src/persistent/journal/context.ts'

interface Node {
  /** Undefined for a file. */
  readonly entries: Map<string, Node> | undefined
}

/** A change of a file's content. Without bytes, the file becomes empty. */
interface Write {
  readonly kind: 'write'
  readonly node: Node
  readonly position: number
  readonly bytes: Buffer | undefined
}

/** Names that change together. */
interface Rename {
  readonly kind: 'names'
  readonly changes: readonly {
    readonly folder: Node
    readonly name: string
    readonly node: Node | undefined
  }[]
}

/** Everything that was recorded before an index is forced. */
interface Sync {
  readonly kind: 'sync'
  readonly node: Node
  readonly before: number
}

type Operation = Write | Rename | Sync
// biome-ignore lint/suspicious/noExplicitAny: functions of the file system, whatever their arguments
type Call = (...args: any[]) => any

/** Records what happens in a folder, which is on the disk when it begins. */
export class PowerLossDisk {
  /** The file system to be used. */
  readonly files: Files
  readonly #path: string
  readonly #root: Node
  readonly #operations: Operation[] = []
  readonly #opened = new Map<number, Node>()

  constructor(path: string) {
    this.#path = path
    this.#root = { entries: new Map() }
    this.#scan(path, this.#root)
    this.files = this.#recorded()
  }

  /** How many operations were recorded. */
  get length(): number {
    return this.#operations.length
  }

  /**
   * Builds in an empty folder what a power loss leaves.
   *
   * @param length after so many operations
   * @param isKept whether the next operation that was not forced is there all the same
   */
  leave(target: string, length: number = this.length, isKept: () => boolean = () => false): void {
    const contents = new Map<Node, Buffer>()
    const names = new Map<Node, Map<string, Node>>()
    const apply = (operation: Write | Rename) => {
      if (operation.kind === 'write')
        contents.set(operation.node, changed(contents.get(operation.node), operation))
      else {
        for (const { folder, name, node } of operation.changes) {
          const entries = names.get(folder) ?? new Map<string, Node>()
          names.set(folder, entries)
          if (node === undefined) entries.delete(name)
          else entries.set(name, node)
        }
      }
    }
    let pending: { readonly at: number; readonly operation: Write | Rename }[] = []
    for (const [at, operation] of this.#operations.slice(0, length).entries()) {
      if (operation.kind !== 'sync') {
        pending.push({ at, operation })
        continue
      }
      const isForced = (one: (typeof pending)[number]) =>
        one.at < operation.before && concerns(one.operation, operation.node)
      for (const one of pending) if (isForced(one)) apply(one.operation)
      pending = pending.filter((one) => !isForced(one))
    }
    for (const { operation } of pending) if (isKept()) apply(operation)
    const build = (node: Node, path: string) => {
      for (const [name, entry] of names.get(node) ?? []) {
        const at = join(path, name)
        if (entry.entries === undefined) fs.writeFileSync(at, contents.get(entry) ?? '', { mode: 0o600 })
        else {
          fs.mkdirSync(at, { mode: 0o700 })
          build(entry, at)
        }
      }
    }
    build(this.#root, target)
  }

  #scan(path: string, folder: Node): void {
    for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
      const node = this.#enter(folder, entry.name, entry.isDirectory())
      if (entry.isDirectory()) this.#scan(join(path, entry.name), node)
      else this.#write(node, 0, fs.readFileSync(join(path, entry.name)))
      this.#sync(node)
    }
    this.#sync(folder)
  }

  #enter(folder: Node, name: string, isFolder: boolean): Node {
    const node: Node = { entries: isFolder ? new Map() : undefined }
    this.#rename([{ folder, name, node }])
    return node
  }

  #rename(changes: Rename['changes']): void {
    for (const { folder, name, node } of changes) {
      if (node === undefined) folder.entries?.delete(name)
      else folder.entries?.set(name, node)
    }
    this.#operations.push({ kind: 'names', changes })
  }

  #write(node: Node | undefined, position: number, bytes: Buffer | undefined): void {
    // The caller may use the buffer again.
    if (node) this.#operations.push({ kind: 'write', node, position, bytes: bytes && Buffer.from(bytes) })
  }

  #sync(node: Node | undefined, before: number = this.length): void {
    if (node) this.#operations.push({ kind: 'sync', node, before })
  }

  /** Undefined for what is outside the folder, or not there. */
  #find(path: string): Node | undefined {
    const inside = relative(this.#path, path)
    if (inside.startsWith('..')) return undefined
    let node: Node | undefined = this.#root
    for (const name of inside.split(sep).filter((part) => part !== '')) node = node?.entries?.get(name)
    return node
  }

  #open(path: string, flags: string | number): Node | undefined {
    const folder = this.#find(dirname(path))
    const found = this.#find(path)
    const node = found ?? (folder && this.#enter(folder, basename(path), false))
    const truncates = typeof flags === 'string' ? flags.startsWith('w') : (flags & fs.constants.O_TRUNC) !== 0
    if (found !== undefined && truncates) this.#write(node, 0, undefined)
    return node
  }

  #make(path: string): void {
    const folder = this.#find(dirname(path))
    if (folder && this.#find(path) === undefined) this.#enter(folder, basename(path), true)
  }

  #move(from: string, to: string): void {
    const [source, target, node] = [this.#find(dirname(from)), this.#find(dirname(to)), this.#find(from)]
    if (source && target && node) {
      this.#rename([
        { folder: source, name: basename(from), node: undefined },
        { folder: target, name: basename(to), node },
      ])
    }
  }

  #delete(path: string): void {
    const folder = this.#find(dirname(path))
    if (folder?.entries?.has(basename(path)))
      this.#rename([{ folder, name: basename(path), node: undefined }])
  }

  /** What a call does to the disk, once it has succeeded. */
  #effects(): Record<string, (args: unknown[], result: unknown, before: number) => void> {
    const paths = (apply: (from: string, to: string) => void) => (args: unknown[]) =>
      apply(String(args[0]), String(args[1]))
    const node = (fd: unknown) => this.#opened.get(fd as number)
    const opened = (args: unknown[], fd: unknown) => {
      const found = this.#open(String(args[0]), args[1] as string)
      if (found) this.#opened.set(fd as number, found)
    }
    const written = (args: unknown[], count: unknown) => {
      const [fd, bytes, offset, , position] = args as [number, Buffer, number, number, number]
      this.#write(node(fd), position, bytes.subarray(offset, offset + (count as number)))
    }
    const writtenAll = (args: unknown[], count: unknown) => {
      const [fd, parts, position] = args as [number, Buffer[], number]
      this.#write(node(fd), position, Buffer.concat(parts).subarray(0, count as number))
    }
    const synced = (args: unknown[], _: unknown, before: number) => this.#sync(node(args[0]), before)
    const make = paths((path) => this.#make(path))
    const remove = paths((path) => this.#delete(path))
    const move = paths((from, to) => this.#move(from, to))
    return {
      ...{ open: opened, openSync: opened, write: written, writeSync: written, writev: writtenAll },
      ...{
        writevSync: writtenAll,
        fsync: synced,
        fdatasync: synced,
        fsyncSync: synced,
        fdatasyncSync: synced,
      },
      ...{ mkdir: make, mkdirSync: make, rename: move, renameSync: move, unlink: remove, unlinkSync: remove },
      ...{ rmdir: remove, rm: remove },
      writeFile: (args) => {
        const file = this.#open(String(args[0]), 'w')
        this.#write(file, 0, Buffer.from(args[1] as string))
      },
      copyFile: (args) => {
        const file = this.#open(String(args[1]), 'w')
        this.#write(file, 0, fs.readFileSync(String(args[1])))
      },
    }
  }

  #recorded(): Files {
    const effects = this.#effects()
    const promises = new Proxy(fs.promises, {
      get: (target, name: string) => {
        const call = target[name as 'open'] as Call
        return async (...args: unknown[]) => {
          const result: unknown = await call.apply(target, args)
          if (name === 'open') {
            return this.#recordedHandle(result as FileHandle, this.#open(String(args[0]), args[1] as string))
          }
          effects[name]?.(args, result, 0)
          return result
        }
      },
    })
    return new Proxy(fs, {
      get: (target, name: string) => {
        if (name === 'promises') return promises
        const call = target[name as 'openSync'] as Call
        return (...args: unknown[]) => {
          const before = this.length
          // Before the call: once the file is closed, the next one that is opened may get its number.
          if (name === 'close' || name === 'closeSync') this.#opened.delete(args[0] as number)
          const callback = args.at(-1)
          if (typeof callback !== 'function') {
            const result: unknown = call(...args)
            effects[name]?.(args, result, before)
            return result
          }
          return call(...args.slice(0, -1), (error: unknown, result: unknown) => {
            if (!error) effects[name]?.(args, result, before)
            callback(error, result)
          })
        }
      },
    })
  }

  #recordedHandle(handle: FileHandle, node: Node | undefined): FileHandle {
    let end = 0
    return new Proxy(handle, {
      get: (target, name: string) => {
        const call: unknown = target[name as 'sync']
        if (typeof call !== 'function') return call
        return async (...args: unknown[]) => {
          const before = this.length
          const result: unknown = await call.apply(target, args)
          if (name === 'sync' || name === 'datasync') this.#sync(node, before)
          if (name === 'writeFile') {
            const bytes = Buffer.from(args[0] as Buffer)
            this.#write(node, end, bytes)
            end += bytes.length
          }
          return result
        }
      },
    })
  }
}

const concerns = (operation: Write | Rename, node: Node): boolean =>
  operation.kind === 'write'
    ? operation.node === node
    : operation.changes.some(({ folder }) => folder === node)

/** The content of a file after a write; what was never written are zeros. */
function changed(before: Buffer | undefined, { position, bytes }: Write): Buffer {
  if (bytes === undefined) return Buffer.alloc(0)
  const length = Math.max(before?.length ?? 0, position + bytes.length)
  const after = Buffer.alloc(length)
  before?.copy(after)
  bytes.copy(after, position)
  return after
}
