import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Collector } from '../support/collector/collector.ts'
import { cleanEnvironment } from '../support/environment.ts'
import type { AppMeasurement, Run, Task } from './measurement.ts'
import type { Row } from './rows.ts'

const app = fileURLToPath(new URL('./app.ts', import.meta.url))
const otherCheckout = fileURLToPath(new URL('./checkout.ts', import.meta.url))

/** Measures a row once, with its own application and collector processes. Rejects if one of them fails. */
export async function measure(row: Row, spans: number, delayMillis: number): Promise<Run> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-export-'))
  const collector = await Collector.start()
  try {
    await collector.follow([{ fromMillis: 0, behaviour: { kind: 'accept', delayMillis } }])
    const { origin } = new URL(collector.url)
    const measurement = await inProcess({ row, origin, directory, spans })
    const { delivered, duplicates, foreign, requests, wireBytes } = await collector.report()
    if (foreign > 0) throw new Error(`${foreign} unknown spans arrived`)
    return { ...measurement, spans, delivered, duplicates, requests, wireBytes }
  } finally {
    collector.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function inProcess(task: Task): Promise<AppMeasurement> {
  const checkout = task.row.kind === 'ours' ? task.row.checkout : undefined
  const child = fork(app, [JSON.stringify(task)], {
    execArgv: checkout === undefined ? [] : ['--import', otherCheckout],
    env: { ...cleanEnvironment(), BENCH_CHECKOUT: checkout },
  })
  const exited = once(child, 'exit')
  await Promise.race([once(child, 'message'), exited])
  let measurement: AppMeasurement | undefined
  child.once('message', (message) => {
    measurement = message as AppMeasurement
  })
  if (child.connected) child.send('go')
  const [code] = await exited
  if (measurement === undefined || code !== 0) throw new Error(`the application ended with exit code ${code}`)
  return measurement
}
