/**
 * A disk that hangs: what is called meanwhile is done when it goes on. A synchronous call blocks the thread, as a real disk
 * does. Files that are already open belong to it, except for standard streams and the harness's own.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

type Call = (...args: unknown[]) => unknown

const LAST_OWN_DESCRIPTOR = 3
const idle = new Int32Array(new SharedArrayBuffer(4))
let goOn = () => {}
let hang: { readonly directory: string; readonly until: number; readonly over: Promise<void> } | undefined
let isReplaced = false

/** Lets every call on a directory hang until `letDiskGoOn`, at most for some time. */
export function hangDisk(directory: string, millis: number): void {
  const over = new Promise<void>((resolve) => {
    goOn = resolve
    setTimeout(resolve, millis).unref()
  })
  hang = { directory, until: Date.now() + millis, over }
  if (isReplaced) return
  isReplaced = true
  replace(fs as unknown as Record<string, unknown>, (name) => (name.endsWith('Sync') ? blocking : calling))
  replace(fs.promises as unknown as Record<string, unknown>, () => promising)
  syncBuiltinESMExports()
}

export function letDiskGoOn(): void {
  hang = undefined
  goOn()
}

function replace(functions: Record<string, unknown>, by: (name: string) => (call: Call) => Call): void {
  for (const [name, call] of Object.entries(functions)) {
    if (typeof call === 'function' && /^[a-z]/.test(name)) functions[name] = by(name)(call as Call)
  }
}

const hangs = (place: unknown) =>
  hang !== undefined &&
  Date.now() < hang.until &&
  (typeof place === 'number' ? place > LAST_OWN_DESCRIPTOR : String(place).startsWith(hang.directory))

function blocking(call: Call): Call {
  return (...args) => {
    if (hangs(args[0])) Atomics.wait(idle, 0, 0, (hang?.until ?? 0) - Date.now())
    return call(...args)
  }
}

function calling(call: Call): Call {
  return (...args) => {
    if (!hangs(args[0])) return call(...args)
    void hang?.over.then(() => call(...args))
    return undefined
  }
}

function promising(call: Call): Call {
  return async (...args) => {
    if (hangs(args[0])) await hang?.over
    return call(...args)
  }
}
