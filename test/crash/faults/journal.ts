import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { SEGMENT_HEADER_BYTES } from '../../../packages/exporter/dist/persistent/journal/segment/format.js'
import { CLIENT_HEADER, type CrashCollector, newClient } from '../collector.ts'

const AUTHOR = fileURLToPath(new URL('./author.ts', import.meta.url))

/** Where a record with one span is. */
export interface RecordPlace {
  readonly id: string
  /** The name of its file. */
  readonly segment: string
  /** In the file, in bytes. */
  readonly start: number
  readonly end: number
}

/** A journal that a killed process left, to be copied and damaged. */
export interface Journal {
  readonly directory: string
  /** The name of the process's folder in it. */
  readonly folder: string
  /** The records that are not acked, in order. */
  readonly records: readonly RecordPlace[]
}

/** What the journal contains. */
export interface JournalPlan {
  readonly format: 'http/protobuf' | 'http/json'
  /** Spans that are acknowledged before the others end, so that there is a checkpoint. */
  readonly acknowledged: number
  readonly spans: number
  /** Bytes of text on each span. */
  readonly length: number
  /** How much the clock is wrong, in milliseconds. */
  readonly clock?: number
}

/** The author's configuration. */
export interface AuthorConfig extends JournalPlan {
  readonly options: ConstructorParameters<typeof PersistentBatchSpanProcessor>[0] & {
    readonly directory: string
  }
}

/** Lets a process write a journal and be killed. */
export async function writeJournal(collector: CrashCollector, plan: JournalPlan): Promise<Journal> {
  const directory = mkdtempSync(join(tmpdir(), 'otel-sessions-journal-'))
  const client = 'author'
  newClient(collector, client, 'kind')
  const config: AuthorConfig = {
    ...plan,
    options: {
      url: collector.url,
      headers: { [CLIENT_HEADER]: client },
      directory,
      durability: 'span',
      protocol: plan.format,
      maxBytes: 1_000_000,
      minFreeDiskBytes: 0,
    },
  }
  const child = spawn(process.execPath, ['--no-warnings', AUTHOR, JSON.stringify(config)], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const [said] = await Promise.all([text(child.stdio[3] as NodeJS.ReadableStream), once(child, 'close')])
  const places = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Omit<RecordPlace, 'start'>)
  const records = places.map((place, index) => {
    const before = places[index - 1]
    return { ...place, start: before?.segment === place.segment ? before.end : SEGMENT_HEADER_BYTES }
  })
  const [folder] = readdirSync(directory).filter((name) => name !== 'rejected')
  if (
    child.signalCode !== 'SIGKILL' ||
    folder === undefined ||
    places.length !== plan.acknowledged + plan.spans
  ) {
    throw new Error(
      `the journal was not written: ${child.exitCode ?? child.signalCode}, ${places.length} spans`,
    )
  }
  return { directory, folder, records: records.slice(plan.acknowledged) }
}

/** Copies a journal into a directory, as if so many processes had left it there. */
export function leaveJournals({ directory, folder }: Journal, to: string, processes: number): void {
  for (let nth = 0; nth < processes; nth++) {
    // The last part of a folder's name is random.
    const name = folder.slice(0, -12) + String(nth).padStart(12, '0')
    cpSync(join(directory, folder), join(to, name), { recursive: true })
  }
}
