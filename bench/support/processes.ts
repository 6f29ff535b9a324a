import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Measurement, Row } from '../measure/measurement.ts'

const child = fileURLToPath(new URL('../measure/child.ts', import.meta.url))

/** Measures one row in its own process. Rejects if that process fails; its output says why. */
export async function measureInProcess(row: Row, rounds: number): Promise<Measurement> {
  const process = fork(child, [JSON.stringify(row), String(rounds)])
  let measurement: Measurement | undefined
  process.on('message', (message) => {
    measurement = message as Measurement
  })
  const [code] = await once(process, 'exit')
  if (measurement === undefined || code !== 0) throw new Error(`exit code ${code}`)
  return measurement
}
