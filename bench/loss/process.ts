import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../support/environment.ts'
import type { Job, JobReport } from './job.ts'

const app = fileURLToPath(new URL('./app.ts', import.meta.url))
/** A process ends itself before this. */
const PATIENCE_MILLIS = 60_000

/** How a process ended. */
export interface Ended extends JobReport {
  /** From the end of its last span until its exit, in milliseconds. */
  readonly exitMillis: number
}

/**
 * Runs a job in its own process. `beforeStart` is called once that process has loaded everything, `meanwhile` when it
 * has begun. Rejects if the process does not end, or fails; its output then says why.
 */
export async function inProcess(
  job: Job,
  reportFile: string,
  beforeStart: () => Promise<void>,
  meanwhile: (child: ChildProcess) => Promise<void> = async () => {},
): Promise<Ended> {
  const child = fork(app, [JSON.stringify(job), reportFile], { env: cleanEnvironment() })
  const exited = once(child, 'exit')
  // It is ready, or it has failed.
  await Promise.race([once(child, 'message'), exited])
  await beforeStart()
  if (child.connected) child.send('go')
  meanwhile(child).catch(() => {})
  const timer = setTimeout(() => child.kill('SIGKILL'), job.overMillis + PATIENCE_MILLIS)
  const [code, signal] = await exited
  const exitedAt = Date.now()
  clearTimeout(timer)
  if (code !== 0) throw new Error(`the application ended with ${signal ?? `exit code ${code}`}`)
  const report: JobReport = JSON.parse(readFileSync(reportFile, 'utf8'))
  return { ...report, exitMillis: exitedAt - report.endedAt }
}
