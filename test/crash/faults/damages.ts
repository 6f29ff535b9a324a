import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../random.ts'
import type { Journal, RecordPlace } from './journal.ts'
import type { Damage } from './trial.ts'

const lastOf = ({ records }: Journal) => records.at(-1) as RecordPlace

/** No damage, for comparison. */
export const untouched: Damage = {
  what: 'untouched',
  do: () => {},
  check: ({ corrupt, torn }) => (corrupt + torn === 0 ? undefined : `${corrupt} corrupt and ${torn} torn`),
}

/** The last segment is truncated, at every so many bytes. */
export function* truncations(journal: Journal, step: number): Generator<Damage> {
  const { segment, end: size } = lastOf(journal)
  for (let length = 0; length < size; length += step) {
    yield {
      what: `${segment} cut at ${length} of ${size}`,
      do: (folder) => truncateSync(join(folder, segment), length),
      mayLose: (record) => record.segment === segment && record.end > length,
      // The records that are left are whole.
      isSilent: length === 0 || journal.records.some(({ start, end }) => length === start || length === end),
    }
  }
}

/** One bit of the last segment is flipped, in every so many bytes. */
export function* bitFlips(journal: Journal, step: number, random: Random): Generator<Damage> {
  const { segment, end: size } = lastOf(journal)
  for (let at = 0; at < size; at += step) {
    yield {
      what: `a bit of byte ${at} of ${segment}`,
      do: (folder) => flip(join(folder, segment), at, random.whole(0, 7)),
      mayLose: (record) => record.segment === segment && at >= record.start && at < record.end,
    }
  }
}

/** One bit of a small file is flipped, in every so many bytes. Nothing may be lost by that. */
export function* bitFlipsIn(journal: Journal, file: string, random: Random, step: number): Generator<Damage> {
  const { length } = readFileSync(join(journal.directory, journal.folder, file))
  for (let at = 0; at < length; at += step) {
    yield {
      what: `a bit of byte ${at} of ${file}`,
      do: (folder) => flip(join(folder, file), at, random.whole(0, 7)),
    }
  }
}

/** A file that is not a segment has other contents. Nothing may be lost by that. */
export function* otherContents(file: string, older: Journal): Generator<Damage> {
  const contents = {
    missing: undefined,
    empty: Buffer.alloc(0),
    zeros: Buffer.alloc(2000),
    ones: Buffer.alloc(2000, 0xff),
    text: Buffer.from('[core]\n'.repeat(100)),
    'an older one': readFileSync(join(older.directory, older.folder, file)),
  }
  for (const [what, bytes] of Object.entries(contents)) {
    yield {
      what: `${file} ${what}`,
      do(folder) {
        rmSync(join(folder, file))
        if (bytes !== undefined) writeFileSync(join(folder, file), bytes)
      },
    }
  }
  yield {
    what: `${file} a folder`,
    do(folder) {
      rmSync(join(folder, file))
      mkdirSync(join(folder, file))
    },
    leaves: true,
  }
}

/** Whole segments are missing, or have other contents. */
export function* segmentDamages({ records }: Journal): Generator<Damage> {
  for (const segment of new Set(records.map((record) => record.segment))) {
    const mayLose = (record: RecordPlace) => record.segment === segment
    const own = records.filter(mayLose)
    const first = own[0] as RecordPlace
    const middle = own[Math.floor(own.length / 2)] as RecordPlace
    const { end: size } = own.at(-1) as RecordPlace
    const write = (bytes: Buffer) => (folder: string) => writeFileSync(join(folder, segment), bytes)
    // A missing or empty segment leaves nothing that could be counted.
    yield {
      what: `${segment} missing`,
      do: (folder) => rmSync(join(folder, segment)),
      mayLose,
      isSilent: true,
    }
    yield { what: `${segment} empty`, do: write(Buffer.alloc(0)), mayLose, isSilent: true }
    yield { what: `${segment} zeros`, do: write(Buffer.alloc(size)), mayLose }
    yield { what: `${segment} text`, do: write(Buffer.alloc(size, 'all work and no play ')), mayLose }
    yield {
      what: `the header of ${segment} zeros`,
      do: (folder) => overwrite(join(folder, segment), 0, first.start),
    }
    yield {
      what: `a hole in ${segment}`,
      do: (folder) => overwrite(join(folder, segment), middle.start, middle.end),
      mayLose: (record) => record === middle,
    }
    yield {
      what: `a hole over the border of two records of ${segment}`,
      do: (folder) => overwrite(join(folder, segment), middle.end - 5, middle.end + 5),
      mayLose: (record) =>
        record.segment === segment && record.start < middle.end + 5 && record.end > middle.end - 5,
    }
    yield {
      what: `text after the end of ${segment}`,
      do: (folder) => writeFileSync(join(folder, segment), 'and then', { flag: 'a' }),
    }
    yield {
      what: `the bytes of ${segment} once more after its end`,
      do: (folder) => {
        const path = join(folder, segment)
        writeFileSync(path, readFileSync(path), { flag: 'a' })
      },
    }
  }
}

/** What other programs may leave in folders. */
export function* alienFiles(journal: Journal): Generator<Damage> {
  const in_ = (what: string, act: (folder: string, directory: string) => void, leaves = true): Damage => ({
    what,
    do: act,
    leaves,
  })
  yield in_('files in the directory', (_, directory) => {
    for (const name of ['README.txt', '.DS_Store', '0000000001.seg', 'cursor', 'alive'])
      writeFileSync(join(directory, name), 'nothing of ours')
  })
  yield in_('folders in the directory', (_, directory) => {
    for (const name of [
      'lost+found',
      '.snapshot',
      `${journal.folder}.bak`,
      'a-b-c-d-e',
      journal.folder.slice(0, -3),
    ])
      mkdirSync(join(directory, name, 'inside'), { recursive: true })
  })
  yield in_('links that lead nowhere', (folder, directory) => {
    symlinkSync('/nowhere', join(directory, 'link'))
    symlinkSync('/nowhere', join(folder, '0000000099.seg'))
  })
  yield in_('files in the folder', (folder) => {
    for (const name of [
      'notes.txt',
      '.seg',
      'x.seg',
      '9999999999999999999999.seg',
      '0000000007.seg.tmp',
      '-1.seg',
    ])
      writeFileSync(join(folder, name), 'nothing of ours')
  })
  yield in_('a folder named like a segment', (folder) => mkdirSync(join(folder, '0000000099.seg')))
  yield in_('a file in place of the folder rejected', (_, directory) => {
    rmSync(join(directory, 'rejected'), { recursive: true, force: true })
    writeFileSync(join(directory, 'rejected'), 'no folder')
  })
  yield in_('garbage in the folder rejected', (_, directory) => {
    mkdirSync(join(directory, 'rejected'), { recursive: true })
    for (const name of ['notes.txt', '1-400-1-x.seg', '1700000000000-400-3-abc.seg'])
      writeFileSync(join(directory, 'rejected', name), 'nothing of ours')
  })
  yield in_('a copy of the folder', (folder, directory) =>
    cpSync(folder, join(directory, 'copy'), { recursive: true }),
  )
}

function flip(path: string, at: number, bit: number): void {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  writeFileSync(path, bytes)
}

function overwrite(path: string, from: number, to: number): void {
  const bytes = readFileSync(path)
  bytes.fill(0, from, to)
  writeFileSync(path, bytes)
}
