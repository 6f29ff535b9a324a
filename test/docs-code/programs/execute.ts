import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Collector, startCollector } from '../../../demo/support/collector.ts'
import type { ReceivedSpan } from '../../../demo/support/otlp.ts'
import type { Program, ProgramRequest } from '../../../docs/code/programs.ts'
import { decode } from '../../../packages/exporter/test/persistent/encoder/support/decode.ts'
import type { Command } from './command.ts'

/** What a program did. */
export interface Run {
  readonly code: number | null
  readonly signal: string | null
  readonly output: string
  readonly errors: string
  readonly spans: readonly ReceivedSpan[]
  /** The status of each answer of a server. */
  readonly statuses: readonly number[]
}

/** Reports the port on which a server listens, which is a free one, whichever it asks for. */
const LISTEN = fileURLToPath(new URL('./listen.mjs', import.meta.url))
const PORT_LINE = /^\[docs:check-code\] listens on (\d+)\n/m

/** Far more than a slow machine needs: something hangs. */
const TIMEOUT_MILLIS = 600_000
const PATIENCE_MILLIS = 300_000

/** Runs a program as its reader would, with a collector and a model behind real sockets. */
export async function execute(
  cwd: string,
  main: string,
  expected: Program,
  model: string,
  command: Command = { options: [], env: {} },
): Promise<Run> {
  const collector = await startCollector(decode)
  const child = execFile(process.execPath, ['--import', LISTEN, ...command.options, main], {
    cwd,
    timeout: TIMEOUT_MILLIS,
    env: {
      ...process.env,
      ...command.env,
      // In place of the reader's collector, whichever address the page has.
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OPENAI_BASE_URL: model,
      OPENAI_API_KEY: 'local',
      ...expected.env,
    },
  })
  const texts = { output: '', errors: '' }
  child.stdout?.on('data', (text) => {
    texts.output += text
  })
  child.stderr?.on('data', (text) => {
    texts.errors += text
  })
  const closed = once(child, 'close')
  try {
    const statuses = expected.requests ? await useServer(child, texts, expected, collector) : []
    const [code, signal] = await closed
    const errors = texts.errors.replace(PORT_LINE, '')
    return { code, signal, output: texts.output, errors, spans: collector.spans(), statuses }
  } finally {
    child.kill('SIGKILL')
    await collector.close()
  }
}

/** Sends the requests to a server, waits for its spans, and ends it as an orchestrator does. */
async function useServer(
  child: ChildProcess,
  texts: { readonly errors: string },
  expected: Program,
  collector: Collector,
): Promise<number[]> {
  await until(() => child.exitCode !== null || PORT_LINE.test(texts.errors))
  const port = PORT_LINE.exec(texts.errors)?.[1]
  const statuses: number[] = []
  for (const request of port === undefined ? [] : (expected.requests ?? [])) {
    statuses.push(await send(`http://127.0.0.1:${port}`, request))
  }
  const count = Object.values(expected.sessions).flat().length + (expected.none?.length ?? 0)
  await until(() => child.exitCode !== null || collector.spans().length >= count)
  child.kill('SIGTERM')
  return statuses
}

async function send(
  origin: string,
  { method = 'GET', path, headers, body }: ProgramRequest,
): Promise<number> {
  const response = await fetch(origin + path, { method, ...(headers && { headers }), ...(body && { body }) })
  await response.text()
  return response.status
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition() && waited < PATIENCE_MILLIS; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
