import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { closeServer, listen } from '../../../demo/support/http.ts'
import { onLeaving } from '../leaving.ts'

interface ShownSpan {
  traceId: string
  spanId: string
  name: string
  session: string | undefined
}

export interface Phoenix {
  url: string
  /** The spans of these traces, once there are that many of them, or when the time is over. */
  spans(traces: ReadonlySet<string>, count: number, millis: number): Promise<ShownSpan[]>
  /** The trace IDs of each session that has one of these. */
  sessions(traces: ReadonlySet<string>): Promise<Record<string, string[]>>
  stop(): Promise<void>
}

const START_MILLIS = 120_000

export async function startPhoenix(python: string): Promise<Phoenix> {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-phoenix-'))
  const removed = onLeaving(() => rmSync(folder, { recursive: true, force: true }))
  const [port, grpc] = [await freePort(), await freePort()]
  const child = spawn(python, ['-m', 'phoenix.server.main', 'serve'], {
    env: {
      ...process.env,
      PHOENIX_WORKING_DIR: folder,
      PHOENIX_HOST: '127.0.0.1',
      PHOENIX_PORT: `${port}`,
      PHOENIX_GRPC_PORT: `${grpc}`,
      PHOENIX_TELEMETRY_ENABLED: 'false',
    },
    stdio: 'ignore',
  })
  const killed = onLeaving(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    child.kill()
    await Promise.race([exited, delay(10_000, undefined, { ref: false })])
    killed()
    removed()
  }
  try {
    await Promise.race([
      up(url),
      exited.then(([code]) => Promise.reject(new Error(`Phoenix ended with ${code}`))),
    ])
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    stop,
    spans: (traces, count, millis) => spansOf(url, traces, count, millis),
    sessions: (traces) => sessionsOf(url, traces),
  }
}

async function freePort(): Promise<number> {
  const { server, port } = await listen(() => {})
  await closeServer(server)
  return port
}

async function up(url: string): Promise<void> {
  const deadline = Date.now() + START_MILLIS
  while (!(await fetch(`${url}/healthz`).catch(() => undefined))?.ok) {
    if (Date.now() > deadline) throw new Error(`Phoenix was not up within ${START_MILLIS} ms`)
    await delay(500)
  }
}

interface Page<T> {
  data: T[]
  next_cursor?: string | null
}

async function all<T>(url: string): Promise<T[]> {
  const found: T[] = []
  for (let cursor: string | null | undefined = ''; typeof cursor === 'string'; ) {
    const response = await fetch(`${url}?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
    if (!response.ok) throw new Error(`${url} was answered with ${response.status}`)
    const page = (await response.json()) as Page<T>
    found.push(...page.data)
    cursor = page.next_cursor
  }
  return found
}

/** It answers before it has stored what it was sent. */
async function spansOf(url: string, traces: ReadonlySet<string>, count: number, millis: number) {
  interface RestSpan {
    name: string
    context: { trace_id: string; span_id: string }
    attributes: Record<string, unknown>
  }
  const deadline = Date.now() + millis
  for (;;) {
    const spans = await all<RestSpan>(`${url}/v1/projects/default/spans`).catch(() => [])
    const own = spans.filter(({ context }) => traces.has(context.trace_id))
    if (own.length >= count || Date.now() > deadline) {
      return own.map(({ name, context, attributes }) => ({
        name,
        traceId: context.trace_id,
        spanId: context.span_id,
        session: attributes['session.id'] as string | undefined,
      }))
    }
    await delay(300)
  }
}

async function sessionsOf(url: string, traces: ReadonlySet<string>): Promise<Record<string, string[]>> {
  interface RestSession {
    session_id: string
    traces: { trace_id: string }[]
  }
  const listed = await all<RestSession>(`${url}/v1/projects/default/sessions`)
  const own = listed.map(({ session_id, traces: ids }) => {
    const found = ids.map(({ trace_id }) => trace_id).filter((id) => traces.has(id))
    return [session_id, found.sort()] as const
  })
  return Object.fromEntries(own.filter(([, found]) => found.length > 0))
}
