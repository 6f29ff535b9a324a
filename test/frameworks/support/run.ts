/** One run of a row: the processes, the conversations, and what the collector received. */
import type { Attributes } from '@opentelemetry/api'
import type { ModelRequest } from '../../../demo/model.ts'
import type { ReceivedSpan } from '../../../demo/support/otlp.ts'
import { type Child, Processes } from '../../../demo/support/processes.ts'
import type { AppConfig, AppReport } from './app.ts'
import { converse } from './conversations.ts'
import type { Mode } from './modes.ts'

/** A received span, with its start attributes; undefined if it bypassed the processors. */
export interface SeenSpan extends Omit<ReceivedSpan, 'startNano' | 'endNano' | 'statusCode'> {
  readonly start: Attributes | undefined
}

/** The spans of one run. */
export interface Run {
  readonly mode: Mode
  readonly spans: readonly SeenSpan[]
  /** The number of spans that `forceFlush` left behind: they arrived only with the shutdown. */
  readonly leftBehind: number
}

export interface RunOptions {
  readonly folder: string
  readonly program: string
  readonly theirsFirst: boolean
  readonly mode: Mode
}

const DEADLINE_MILLIS = 90_000

/** All records of one run: the received spans, and the model's requests. */
export interface Recording {
  readonly received: readonly ReceivedSpan[]
  readonly starts: AppReport['starts']
  readonly modelRequests: readonly ModelRequest[]
  /** The number of spans that `forceFlush` left behind: they arrived only with the shutdown. */
  readonly leftBehind: number
}

/** Runs a row in its own processes, which all end with it. Rejects with the first failure of any. */
export async function observe(options: RunOptions): Promise<Run> {
  const { received, starts, leftBehind } = await recordRun(options)
  const spans = received.map((span) => ({ ...span, start: starts[span.spanId] }))
  return { mode: options.mode, spans, leftBehind }
}

/** Runs a row like `observe`, and returns all records. */
export async function recordRun(options: RunOptions): Promise<Recording> {
  const processes = new Processes()
  const deadline = AbortSignal.timeout(DEADLINE_MILLIS)
  const expired = new Promise<never>((_, reject) =>
    deadline.addEventListener('abort', () => reject(new Error('it exceeded its time limit'))),
  )
  try {
    return await Promise.race([talk(processes, options), processes.failure(), expired])
  } finally {
    await processes.stop()
  }
}

async function talk(processes: Processes, options: RunOptions): Promise<Recording> {
  const [collector, model, tool] = await Promise.all(
    ['collector.ts', 'model.ts', 'tool.ts'].map((script) => address(processes.start(script))),
  )
  const config = {
    ...options,
    collectorUrl: `${collector}/v1/traces`,
    modelUrl: `${model}/v1`,
    toolUrl: `${tool}`,
  } satisfies AppConfig
  const app = processes.start('../test/frameworks/support/app.ts', config)
  await converse(await address(app))
  app.send('stop')
  const { starts } = await app.receive<AppReport>('flushed')
  const spans = await received(`${collector}/spans`)
  app.send('shutdown')
  await app.receive('stopped')
  const all = await received(`${collector}/spans`)
  return {
    received: all,
    starts,
    modelRequests: (await (await fetch(`${model}/requests`)).json()) as ModelRequest[],
    leftBehind: all.length - spans.length,
  }
}

async function address(child: Child): Promise<string> {
  return `http://127.0.0.1:${await child.receive<number>('listening')}`
}

async function received(url: string): Promise<ReceivedSpan[]> {
  return (await fetch(url)).json() as Promise<ReceivedSpan[]>
}
