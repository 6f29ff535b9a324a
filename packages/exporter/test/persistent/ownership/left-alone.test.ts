import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings, stopTracing } from '../../../../../test/support/tracing.ts'
import { drain, failure, journals, record, segments, TestProcess, temporary, upTo } from '../queue/support.ts'

afterEach(stopTracing)

const isRoot = process.geteuid?.() === 0

/** Leaves a journal with three records in a new directory, and returns its path. */
function leaveJournal(directory = temporary()): { directory: string; path: string; files: string[] } {
  const dead = new TestProcess()
  const queue = dead.open({ directory, isSync: true })
  for (const name of upTo(3)) queue.offer(record(name))
  dead.kill()
  const [name = ''] = journals(directory)
  const path = join(directory, name)
  return { directory, path, files: readdirSync(path).map((file) => join(path, file)) }
}

/** What a new process finds and what it logs. */
async function find(directory: string, next = new TestProcess()): Promise<{ found: string[]; log: string }> {
  const warnings = collectWarnings()
  const queue = next.open({ directory })
  await queue.ready
  const found = await drain(queue)
  await queue.close()
  return { found, log: warnings.filter((line) => line.includes('not taken over')).join('\n') }
}

describe('a journal in a Kubernetes volume with fsGroup', () => {
  it.each([0o2770, 0o2775, 0o770])('is sent although the group may write (mode %o)', async (mode) => {
    const { directory, path, files } = leaveJournal()
    chmodSync(directory, mode)
    chmodSync(path, mode)
    for (const file of files) chmodSync(file, 0o660)
    expect(await find(directory)).toEqual({ found: upTo(3), log: '' })
    expect(journals(directory)).toEqual([])
  })

  it('is writable only for its owner again after the takeover', async () => {
    const { directory, path } = leaveJournal()
    chmodSync(path, 0o2770)
    const queue = new TestProcess().open({ directory })
    await queue.ready
    for (const name of journals(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o700)
    expect(await drain(queue)).toEqual(upTo(3))
    await queue.close()
  })

  it.runIf(isRoot)('stays where it is if another user owns it, and the log says so once', async () => {
    const { directory, path } = leaveJournal()
    chownSync(path, 1000, 2000)
    chmodSync(path, 0o2770)
    const { found, log } = await find(directory)
    expect(found).toEqual([])
    expect(log).toContain(directory)
    expect(log).toContain('it belongs to another user (1000)')
    expect(await find(directory)).toEqual({ found: [], log: '' })
    expect(segments(directory)).toHaveLength(1)
  })
})

const replaceByFolder = (path: string): void => {
  rmSync(path, { force: true })
  mkdirSync(path)
}

describe('a journal that is not taken over', () => {
  const spoil: [string, string, (path: string, files: string[]) => void][] = [
    ['all users may write to it', 'all users may write', (path) => chmodSync(path, 0o777)],
  ]
  if (isRoot) {
    spoil.push([
      'another user has put a file into it',
      'files of another user (1000)',
      (_, files) => chownSync(files.find((file) => file.endsWith('.seg')) ?? '', 1000, 1000),
    ])
  }
  it.each(spoil)('because %s stays unchanged, and is logged', async (_, text, change) => {
    const { directory, path, files } = leaveJournal()
    change(path, files)
    const before = readdirSync(path)
    const { found, log } = await find(directory)
    expect(found).toEqual([])
    expect(log).toContain(text)
    expect(readdirSync(path)).toEqual(before)
  })

  it.each<[string, (path: string) => void]>([
    [
      'a link that has the name of a segment',
      (path) => symlinkSync('/nowhere', join(path, '0000000099.seg')),
    ],
    ['a folder that has the name of a segment', (path) => mkdirSync(join(path, '0000000099.seg'))],
    ['a folder that has the name of the checkpoint', (path) => replaceByFolder(join(path, 'cursor'))],
    ['a folder that has the name of the sign of life', (path) => replaceByFolder(join(path, 'alive'))],
  ])('is taken over without %s', async (_, change) => {
    const { directory, path } = leaveJournal()
    change(path)
    expect((await find(directory)).found).toEqual(upTo(3))
  })

  it('because it is a link is logged', async () => {
    const directory = temporary()
    symlinkSync(temporary(), join(directory, 'free.bbbbbbbbbbbb'))
    expect((await find(directory)).log).toContain('it is a link')
  })

  it.each(['EACCES', 'EROFS', 'EIO', 'EPERM', 'EBUSY'])(
    'because it cannot be renamed is logged (%s)',
    async (code) => {
      const { directory, path } = leaveJournal()
      const next = new TestProcess()
      next.onOperation = (name, [from]) => {
        if (name === 'rename' && from === path) throw failure(code)
      }
      const { found, log } = await find(directory, next)
      expect(found).toEqual([])
      expect(log).toContain(`it cannot be renamed (${code})`)
      // Nothing is done to it: another process may be able to.
      expect((await find(directory)).found).toEqual(upTo(3))
    },
  )

  it('because its owner lives is not logged', async () => {
    const { directory } = leaveJournal()
    const [name = ''] = journals(directory)
    chmodSync(join(directory, name), 0o777)
    TestProcess.living.set(Number(name.split('.')[3]), '7')
    expect(await find(directory)).toEqual({ found: [], log: '' })
  })
})

describe('a file system that does not tell users and permissions apart', () => {
  // As a network file system that makes one user of all, and a volume of another system with one mode for all folders.
  it.runIf(isRoot)('shows its own folders as another user’s: they are taken over', async () => {
    const { directory, path, files } = leaveJournal()
    for (const each of [path, ...files]) chownSync(each, 65534, 65534)
    const next = new TestProcess()
    next.onOperation = (name, [target]) => {
      if (name === 'lstat' && String(target).includes(`.${next.pid}.`))
        chownSync(String(target), 65534, 65534)
    }
    expect(await find(directory, next)).toEqual({ found: upTo(3), log: '' })
  })

  it('shows them as writable for all: they are taken over', async () => {
    const { directory, path } = leaveJournal()
    chmodSync(path, 0o777)
    const next = new TestProcess()
    next.onOperation = (name, [target]) => {
      if (name === 'lstat' && String(target).includes(`.${next.pid}.`)) chmodSync(String(target), 0o777)
    }
    expect(await find(directory, next)).toEqual({ found: upTo(3), log: '' })
  })
})
