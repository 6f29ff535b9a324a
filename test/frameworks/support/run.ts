/** One run of a row: the processes, the conversations, and what the collector received. */
import { fileURLToPath } from 'node:url'
import { startCollector } from '../../../demo/support/collector.ts'
import type { ReceivedSpan } from '../../../demo/support/otlp.ts'
import { type Child, Processes } from '../../../demo/support/processes.ts'
import type { Places } from '../program.ts'
import type { AppConfig, AppReport } from './app.ts'
import { splitTen } from './concurrency.ts'
import { converse } from './conversations.ts'
import type { Mode } from './modes.ts'
import { folderOf } from './opentelemetry.ts'
import type { Run } from './seen.ts'

export interface RunOptions {
  readonly folder: string
  readonly program: string
  readonly theirsFirst: boolean
  readonly mode: Mode
  /** Adds the turns of the ten users, after the others. */
  readonly withTen?: boolean
}

/** Far more than a slow machine needs: something hangs. */
const DEADLINE_MILLIS = 600_000

/** All records of one run. */
interface Recording {
  readonly received: readonly ReceivedSpan[]
  readonly starts: AppReport['starts']
  /** The number of spans that `forceFlush` left behind: they arrived only with the shutdown. */
  readonly leftBehind: number
}

/** The model and the tool's service, as processes of their own, which can serve several runs. */
export async function startPlaces(processes: Processes): Promise<Places> {
  const [model, tool] = await Promise.all(
    ['model.ts', 'tool.ts'].map((script) => address(processes.start(script))),
  )
  return { modelUrl: `${model}/v1`, toolUrl: `${tool}` }
}

/** Runs a row in a process of its own, which ends with it. Rejects with its first failure. */
export async function observe(options: RunOptions, places: Places): Promise<Run> {
  const { received, starts, leftBehind } = await withProcesses((processes) =>
    talk(processes, options, places),
  )
  const spans = received.map((span) => ({ ...span, start: starts[span.spanId] }))
  return { mode: options.mode, ...splitTen(spans), leftBehind }
}

async function withProcesses<T>(work: (processes: Processes) => Promise<T>): Promise<T> {
  const processes = new Processes()
  const deadline = AbortSignal.timeout(DEADLINE_MILLIS)
  const expired = new Promise<never>((_, reject) =>
    deadline.addEventListener('abort', () => reject(new Error('it exceeded its time limit'))),
  )
  try {
    return await Promise.race([work(processes), processes.failure(), expired])
  } finally {
    await processes.stop()
  }
}

async function talk(processes: Processes, options: RunOptions, places: Places): Promise<Recording> {
  // This process is not instrumented.
  const collector = await startCollector()
  try {
    const config = { ...options, ...places, collectorUrl: collector.url } satisfies AppConfig
    // An application's working directory is its own: the processor looks for LangChain there.
    const cwd = fileURLToPath(folderOf(options.folder))
    const app = processes.start('../test/frameworks/support/app.ts', config, cwd)
    await converse(await address(app), options.withTen ?? false)
    app.send('stop')
    const { starts } = await app.receive<AppReport>('flushed')
    const flushed = collector.spans().length
    app.send('shutdown')
    await app.receive('stopped')
    const received = collector.spans()
    return { received, starts, leftBehind: received.length - flushed }
  } finally {
    await collector.close()
  }
}

async function address(child: Child): Promise<string> {
  return `http://127.0.0.1:${await child.receive<number>('listening')}`
}
