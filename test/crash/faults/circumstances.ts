import fs, { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import type { Circumstance } from './circumstance.ts'
import type { Subject } from './subject.ts'

const YEAR_MILLIS = 365 * 86_400_000

/** A disk that cannot be used from the start. */
const unusable: Circumstance[] = [
  {
    name: 'the directory is a file',
    before(folder) {
      writeFileSync(join(folder, 'file'), '')
      return join(folder, 'file')
    },
    during: inMemoryAfterSpans,
  },
  {
    name: 'the directory is below a file',
    before(folder) {
      writeFileSync(join(folder, 'file'), '')
      return join(folder, 'file', 'spans')
    },
    during: inMemoryAfterSpans,
  },
  {
    name: 'the disk has less left than minFreeDiskBytes',
    options: { minFreeDiskBytes: Number.MAX_SAFE_INTEGER },
    during: inMemoryAfterSpans,
  },
]

async function inMemoryAfterSpans(subject: Subject): Promise<string | undefined> {
  subject.end(100, 1000)
  await subject.inMemory()
  subject.end(100, 1000)
  await subject.attempt()
  await subject.inMemory()
  return undefined
}

/** A directory that is deleted while it is in use. */
const deleted: Circumstance[] = [
  {
    name: 'the directory is deleted while it is in use',
    async during(subject, folder) {
      subject.end(50, 1000)
      await subject.written()
      rmSync(folder, { recursive: true, force: true })
      subject.end(50, 1000)
      await subject.written()
      await subject.attempt()
      return undefined
    },
  },
  {
    name: 'the folder of the processor is emptied while it is in use',
    async during(subject, folder) {
      subject.end(50, 1000)
      await subject.written()
      for (const name of readdirSync(folder)) {
        rmSync(join(folder, name), { recursive: true, force: true })
        mkdirSync(join(folder, name))
      }
      subject.end(50, 1000)
      await subject.written()
      return undefined
    },
  },
]

type Writes = Pick<typeof fs, 'writeSync' | 'writevSync' | 'writev' | 'openSync'>
const REAL: Writes = {
  writeSync: fs.writeSync,
  writevSync: fs.writevSync,
  writev: fs.writev,
  openSync: fs.openSync,
}

/** Every write of this process fails, until `restore` is called. */
function failWrites(code: string): void {
  const fail = () => {
    throw Object.assign(new Error(`${code}: injected`), { code })
  }
  const failLater = (...args: unknown[]) => {
    const callback = args.at(-1) as (error: Error) => void
    setImmediate(callback, Object.assign(new Error(`${code}: injected`), { code }))
  }
  Object.assign(fs, { writeSync: fail, writevSync: fail, writev: failLater })
  if (code === 'EROFS' || code === 'EACCES') Object.assign(fs, { openSync: fail })
  syncBuiltinESMExports()
}

function restore(): void {
  Object.assign(fs, REAL)
  syncBuiltinESMExports()
}

const failing = (code: string): Circumstance => ({
  name: `writes fail with ${code} (injected)`,
  async during(subject) {
    subject.end(100, 1000)
    await subject.written()
    failWrites(code)
    subject.end(100, 1000)
    await subject.inMemory()
    restore()
    subject.end(100, 1000)
    await subject.attempt()
    return undefined
  },
  after: restore,
})

const REAL_NOW = Date.now

const jump = (what: string, ...years: number[]): Circumstance => ({
  name: `the clock is set ${what} while it runs`,
  async during(subject) {
    subject.end(50, 1000)
    for (const by of years) {
      Date.now = () => REAL_NOW() + by * YEAR_MILLIS
      subject.end(50, 1000)
      await subject.written()
    }
    await subject.attempt()
    const { oldestAgeMillis } = subject.processor.stats().queued
    return oldestAgeMillis < 0 || oldestAgeMillis > 600_000
      ? `spans are ${oldestAgeMillis} ms old`
      : undefined
  },
  after() {
    Date.now = REAL_NOW
  },
})

/** Circumstances that can be had on any machine. */
export const circumstances: readonly Circumstance[] = [
  ...unusable,
  ...deleted,
  ...['ENOSPC', 'EIO', 'EDQUOT', 'EROFS', 'EACCES'].map(failing),
  jump('forward by five years', 5),
  jump('back by five years', -5),
  jump('back and forward by years', -5, 10, -20, 0),
]
