import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sideBySide } from '../../../bench/support/side-by-side.ts'
import type { CrashCollector } from '../collector.ts'
import { unaccounted } from '../drain.ts'
import type { FaultResult } from '../faults/trial.ts'
import { Remote } from '../remote/remote.ts'

/** More than a request takes on a busy machine: its spans may arrive once only. */
const TIMEOUT_MILLIS = 20_000
/** The timeout of the request is over before the process goes on. */
const FROZEN_MILLIS = 20_800
/** Of the shutdown, which is not to be over before everything is sent. */
const PATIENCE_MILLIS = 60_000
const SPANS = 200
/** They stand still for most of the time. */
const AT_ONCE = 8
const MOODS = ['kind', 'slow'] as const

/** Stops processes during a request, lets the answer arrive meanwhile, and lets them go on. */
export async function runFreezes(collector: CrashCollector, isQuick: boolean): Promise<FaultResult[]> {
  const times = Array.from({ length: isQuick ? 2 : 10 })
  const trials = times.flatMap(() =>
    MOODS.flatMap((mood) => [true, false].map((isOnDisk) => ({ mood, isOnDisk }))),
  )
  const played = await sideBySide(trials, AT_ONCE, async ({ mood, isOnDisk }) => {
    const directory = isOnDisk ? mkdtempSync(join(tmpdir(), 'otel-sessions-freezes-')) : undefined
    const options = {
      directory,
      timeoutMillis: TIMEOUT_MILLIS,
      exportTimeoutMillis: PATIENCE_MILLIS,
      shutdownTimeoutMillis: PATIENCE_MILLIS,
    }
    const remote = await Remote.start(collector, { options, mood })
    const frozen = remote.frozenAtRequest()
    await remote.order({ kind: 'end', spans: SPANS, length: 500 })
    void remote.order({ kind: 'flush' })
    await frozen
    await pause(FROZEN_MILLIS)
    remote.thaw()
    const { complaint } = await remote.order({ kind: 'shutdown' })
    const { stats } = await remote.order({ kind: 'stats' })
    await remote.leave('exit')
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
    const ids = remote.client.requests.flatMap((request) => request.ids)
    const lost = SPANS - new Set(ids).size
    const problems = [...remote.client.violations]
    if (lost > 0) problems.push(`lost ${lost}`)
    if (ids.length > SPANS - lost) problems.push(`${ids.length} spans arrived, not ${SPANS}`)
    if (complaint !== undefined) problems.push(complaint)
    if (stats !== undefined) problems.push(...[unaccounted(stats)].filter((problem) => problem !== undefined))
    return { isOnDisk, lost, problems }
  })
  return [true, false].map((isOnDisk): FaultResult => {
    const own = played.filter((one) => one.isOnDisk === isOnDisk)
    const name = `frozen while an answer arrives, ${isOnDisk ? 'with a journal' : 'in memory'}`
    return {
      name,
      trials: own.length,
      spans: own.length * SPANS,
      lost: own.reduce((sum, { lost }) => sum + lost, 0),
      violations: own.flatMap(({ problems }) => problems.map((problem) => `${name}: ${problem}`)),
    }
  })
}
