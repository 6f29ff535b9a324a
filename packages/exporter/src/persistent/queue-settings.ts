import { resolve } from 'node:path'
import { kindOf } from '@otel-sessions/semconv/internal'
import { CLASS, checkChoice, checkNumber } from './check-option.ts'
import type { BodyFormat } from './encoder/codec.ts'
import type { PersistentBatchSpanProcessorOptions } from './options.ts'
import type { QueueSettings } from './queue/types.ts'
import { checkCompression } from './sender-settings.ts'

const MEGABYTE = 1024 * 1024
const DAY_MILLIS = 86_400_000
/** Below this a segment would hardly hold a request. */
const LEAST_BYTES = 1_000_000

/** These say nothing where there is no journal. */
const OF_JOURNAL = ['fsync', 'journalCompression', 'maxBytes', 'minFreeDiskBytes'] as const

/** @throws TypeError or RangeError that names the option and the kind of value it has */
export function queueSettingsOf(
  options: PersistentBatchSpanProcessorOptions,
  format: BodyFormat,
): QueueSettings {
  const { directory, durability = 'batch', fsync = 'interval', journalCompression = 'none' } = options
  const { maxBytes = 512 * MEGABYTE, maxAge = DAY_MILLIS, minFreeDiskBytes = 64 * MEGABYTE } = options
  const { maxMemoryBytes = 64 * MEGABYTE, maxRejectedBytes = 64 * MEGABYTE } = options
  const { overflow = 'drop-oldest' } = options
  if (directory !== undefined && (typeof directory !== 'string' || directory.length === 0)) {
    throw new TypeError(`${CLASS}: option directory must be a path, it is ${kindOf(directory)}`)
  }
  if (directory !== undefined && /^(~|file:)/.test(directory)) {
    throw new TypeError(`${CLASS}: option directory must be a path; '~' and 'file:' mean nothing in one`)
  }
  checkChoice('durability', durability, ['batch', 'span'])
  if (durability === 'span' && directory === undefined) {
    throw new TypeError(`${CLASS}: option durability 'span' needs the option directory, where to write to`)
  }
  checkChoice('fsync', fsync, ['never', 'interval', 'batch'])
  checkCompression('journalCompression', journalCompression)
  checkChoice('overflow', overflow, ['drop-oldest', 'reject-newest'])
  checkNumber('maxBytes', maxBytes, Number.MAX_SAFE_INTEGER, LEAST_BYTES)
  checkNumber('maxAge', maxAge, Number.MAX_SAFE_INTEGER)
  checkNumber('minFreeDiskBytes', minFreeDiskBytes, Number.MAX_SAFE_INTEGER, 0)
  checkNumber('maxMemoryBytes', maxMemoryBytes, Number.MAX_SAFE_INTEGER, LEAST_BYTES)
  checkNumber('maxRejectedBytes', maxRejectedBytes, Number.MAX_SAFE_INTEGER, 0)
  if (directory === undefined) {
    const journal = OF_JOURNAL.find((option) => options[option] !== undefined)
    if (journal !== undefined) {
      throw new TypeError(`${CLASS}: option ${journal} needs the option directory, where the journal is`)
    }
  }
  return {
    // The application may change its working directory later.
    directory: directory === undefined ? undefined : resolve(directory),
    format,
    maxBytes,
    maxMemoryBytes,
    keptBytes: Math.floor(maxMemoryBytes / 2),
    maxRejectedBytes,
    maxAge,
    minFreeDiskBytes,
    overflow,
    fsync,
    isSync: durability === 'span',
    compression: journalCompression,
  }
}
