/**
 * Small disks that are full, hang, or cannot be written to: a tmpfs, or a file system in one, in a mount namespace of this process, which
 * `disk.ts` starts it in. Prints its results as JSON.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startCrashCollector } from '../collector.ts'
import { type Hanging, runHanging } from '../disks/hang.ts'
import { type Circumstance, liveThrough } from './circumstance.ts'
import type { TinyDisks } from './disk.ts'
import { writeJournal } from './journal.ts'
import type { Subject } from './subject.ts'
import { type Damage, type FaultResult, tryDamages } from './trial.ts'

const SIZE = 600_000
/** Of a disk that can be frozen. */
const IMAGE_BYTES = 30_000_000
const disk = process.argv[2] as string
let mounts = 0

/** A new tiny disk. */
function mount(options = `size=${SIZE}`): string {
  const place = join(disk, String(mounts++))
  mkdirSync(place)
  run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', place)
  return place
}

/** A disk that can be frozen, which a tmpfs cannot: a file system in a file. */
function mountFreezable(): string {
  const image = join(mount(`size=${2 * IMAGE_BYTES}`), 'image')
  const place = join(disk, String(mounts++))
  mkdirSync(place)
  writeFileSync(image, '')
  truncateSync(image, IMAGE_BYTES)
  run('mkfs.ext4', '-q', image)
  run('mount', '-o', 'loop', image, place)
  return place
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}

const fill = (place: string) => {
  for (const bytes of [100_000, 1000, 1])
    try {
      for (let index = 0; ; index++)
        writeFileSync(join(place, `ballast ${bytes} ${index}`), Buffer.alloc(bytes))
    } catch {
      // Full, to that many bytes.
    }
}

const useAllInodes = (place: string) => {
  try {
    for (let index = 0; ; index++) writeFileSync(join(place, `ballast inode ${index}`), '')
  } catch {
    // No file can be made.
  }
}

async function inMemoryFromTheStart(subject: Subject): Promise<string | undefined> {
  subject.end(200, 1000)
  await subject.inMemory()
  await subject.attempt()
  return undefined
}

const circumstances: Circumstance[] = [
  {
    name: 'the disk becomes full (tmpfs)',
    before: () => mount(),
    async during(subject) {
      for (let burst = 0; burst < 10; burst++) {
        subject.end(100, 1500)
        await pause(30)
      }
      await subject.inMemory()
      await subject.attempt()
      return undefined
    },
  },
  {
    name: 'the disk is full from the start (tmpfs)',
    before() {
      const place = mount()
      fill(place)
      return place
    },
    during: inMemoryFromTheStart,
  },
  {
    name: 'the disk has no inodes left (tmpfs)',
    before() {
      const place = mount(`size=${SIZE},nr_inodes=20`)
      useAllInodes(place)
      return place
    },
    during: inMemoryFromTheStart,
  },
  {
    name: 'the disk has no inodes left after a while (tmpfs)',
    before: () => mount(`size=${SIZE},nr_inodes=20`),
    async during(subject, _, directory) {
      subject.end(50, 1000)
      await subject.written()
      useAllInodes(directory)
      subject.end(100, 1000)
      await subject.written()
      await subject.attempt()
      return undefined
    },
  },
  {
    name: 'the disk is read-only (tmpfs)',
    before() {
      const place = mount()
      run('mount', '-o', 'remount,ro', place)
      return place
    },
    during: inMemoryFromTheStart,
  },
]

const collector = await startCrashCollector()
const results: FaultResult[] = []
for (const circumstance of circumstances) results.push(await liveThrough(collector, circumstance))
// From here on journals are written to small disks, too.
const place = mount()
const freeUp = () => {
  for (const name of readdirSync(place)) if (name.startsWith('ballast')) rmSync(join(place, name))
}
process.env['TMPDIR'] = place
const plan = {
  format: 'http/protobuf',
  acknowledged: 2,
  spans: 20,
  length: 1000,
} as const
const journal = await writeJournal(collector, plan)
const full: Damage = { what: 'full', do: () => fill(place), undo: freeUp, leaves: true }
results.push(await tryDamages('a journal on a disk that is full (tmpfs)', collector, journal, [full]))
const readOnly: Damage = {
  what: 'read-only',
  do: () => run('mount', '-o', 'remount,ro', place),
  undo: () => run('mount', '-o', 'remount,rw', place),
  // It cannot be taken over, and stays for a process that can.
  mayLose: () => true,
  isSilent: true,
  leaves: true,
}
results.push(
  await tryDamages('a journal on a disk that is read-only (tmpfs)', collector, journal, [readOnly]),
)
const skipped = await runFrozen()
collector.close()
process.stdout.write(JSON.stringify({ results, skipped } satisfies TinyDisks))

/** @returns why disks were not frozen, if they cannot be */
async function runFrozen(): Promise<string | undefined> {
  let frozen: string
  try {
    frozen = mountFreezable()
  } catch (error) {
    return String(error)
  }
  const hanging: Hanging = {
    name: 'fsfreeze',
    folder: () => mkdtempSync(join(frozen, 'spans-')),
    hang: async () => run('fsfreeze', '-f', frozen),
    goOn: async () => run('fsfreeze', '-u', frozen),
  }
  try {
    results.push(...(await runHanging(collector, journal, hanging)))
  } finally {
    // What hangs could not even be killed.
    spawnSync('fsfreeze', ['-u', frozen])
  }
  return undefined
}
