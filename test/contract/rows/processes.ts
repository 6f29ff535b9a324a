import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'

const PROGRAM = fileURLToPath(new URL('../program.ts', import.meta.url))

/** Runs a program with the subject that ends spans and then by itself, and returns how many arrived. */
async function arrived(world: World, environment: Record<string, string> = {}): Promise<string> {
  const env = { ...process.env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: world.endpoint.url, ...environment }
  const child = fork(PROGRAM, [world.subject.name], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the program ended with code ${code}`)
  return `${world.accepted.length} of 10 spans arrive`
}

/** Each takes a process of its own, and so they are a test of `pnpm test:deep`. */
export const PROCESSES: readonly Row[] = [
  {
    promise: 'A process that ends by itself sends what is queued.',
    observe: (world) => arrived(world),
    kept: '10 of 10 spans arrive',
    theirs: '0 of 10 spans arrive',
    because: 'It is the most common way to lose spans: a script that ends without `shutdown()`.',
  },
  {
    promise: 'Timers and idle connections do not keep a process alive.',
    // It would last for an hour.
    observe: (world) => arrived(world, { OTEL_BSP_SCHEDULE_DELAY: '3600000' }).then(() => 'ends'),
    kept: 'ends',
  },
]
