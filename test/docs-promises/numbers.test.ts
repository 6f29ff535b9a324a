import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { settingsOf } from '../../packages/exporter/src/persistent/settings.ts'
import { numberIn } from './numbers.ts'

const page = readFileSync(new URL('../../docs/guide/delivery.md', import.meta.url), 'utf8')
const { queue, sender, ...settings } = settingsOf({ directory: '/unused' })

const SECOND = 1000
const MINUTE = 60 * SECOND
const WORDS: Readonly<Record<number, string>> = { 1: 'a', 5: 'five', 10: 'ten' }
const word = (count: number) => WORDS[count] ?? String(count)
const thousands = (count: number) => count.toLocaleString('en-US')
const megabytes = (bytes: number) => bytes / 1024 / 1024
const seconds = (millis: number) => millis / SECOND

const longestWait = numberIn('sending/circuit.ts', 'LONGEST_MILLIS')
const silence = numberIn('ownership/liveness.ts', 'SILENCE_MILLIS')
const longSilence = numberIn('ownership/liveness.ts', 'LONG_SILENCE_MILLIS')
const sweep = numberIn('queue/persistent-queue.ts', 'SWEEP_MILLIS')
const alive = numberIn('queue/persistent-queue.ts', 'ALIVE_MILLIS')
const hanging = numberIn('journal/disk.ts', 'CHECK_MILLIS') * numberIn('journal/disk.ts', 'HANGING_CHECKS')

test.each([
  `at most ${numberIn('span-buffer.ts', 'COLLECT_MILLIS')} ms or until ${numberIn('pipeline.ts', 'MAX_RECORD_SPANS')} spans have collected`,
  `at most ${seconds(numberIn('resource-wait.ts', 'MAX_WAIT_MILLIS'))} seconds, and at most ${thousands(numberIn('resource-wait.ts', 'MAX_WAITING_SPANS'))} spans`,
  `at most ${word(seconds(sender.scheduledDelayMillis))} second (\`scheduledDelayMillis\`)`,
  `at most ${thousands(sender.maxExportBatchSize)} spans (\`maxExportBatchSize\`) and ${megabytes(sender.maxRequestBytes)} MB`,
  `${sender.concurrency === 1 ? 'One' : sender.concurrency} is in flight at a time`,
  `\`Retry-After\` (at most ${sender.maxRetryAfterMillis / MINUTE} minutes, \`maxRetryAfterMillis\`)`,
  `pauses that double up to ${word(longestWait / MINUTE)} minute`,
  `up to ${numberIn('sending/narrowing/narrowing.ts', 'SAMPLES')} random spans`,
  `fails alone at least ${word(numberIn('sending/narrowing/evidence.ts', 'FAILURES_OF_A_SPAN'))} times`,
  `An answer of more than ${megabytes(numberIn('sending/http/answers.ts', 'MAX_ANSWER_BYTES'))} MiB`,
  `\`maxRejectedBytes\` (${megabytes(queue.maxRejectedBytes)} MB)`,
  `\`exportTimeoutMillis\` (${seconds(settings.exportTimeoutMillis)} s)`,
  `\`shutdownTimeoutMillis\` (${seconds(settings.shutdownTimeoutMillis)} s)`,
  `answered nothing for ${seconds(numberIn('persistent-batch-span-processor.ts', 'PATIENCE_MILLIS'))} seconds`,
  `\`maxMemoryBytes\` (${megabytes(queue.maxMemoryBytes)} MB) and \`maxAge\` (${word(queue.maxAge / 86_400_000)} day)`,
  `\`maxBytes\` (${megabytes(queue.maxBytes)} MB a process)`,
  `about the last ${numberIn('journal/segment/file.ts', 'SYNC_MILLIS')} ms (\`fsync\`)`,
  `memory takes over after ${seconds(hanging)} seconds`,
  `A file has up to ${megabytes(numberIn('journal/segment/format.ts', 'MAX_SEGMENT_BYTES'))} MB`,
  `every ${seconds(sweep)} seconds`,
  `dead after ${word(silence / MINUTE)} minute`,
  `after ${seconds(silence)} to ${seconds(silence + sweep)} seconds`,
  `older than ${word(longSilence / MINUTE)} minutes`,
  `set forward by ${word(longSilence / MINUTE)} minutes`,
  `next sign of life, within ${word(seconds(alive))} seconds`,
  `under way for ${word(seconds(numberIn('journal/writer.ts', 'SLOW_MILLIS')))} second`,
])('the code has the number in %j', (text) => {
  expect(page).toContain(text)
})
