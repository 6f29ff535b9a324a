import { setTimeout as delay } from 'node:timers/promises'
import type { ShownSpan } from '../compare.ts'
import { freePort, type Served, serve } from '../python/serve.ts'

export interface Phoenix extends Served {
  /** The spans of these traces, once that many have arrived, or after a time limit. */
  spans(traces: ReadonlySet<string>, count: number, millis: number): Promise<ShownSpan[]>
  /** The trace IDs of each session that contains one of these. */
  sessions(traces: ReadonlySet<string>): Promise<Record<string, string[]>>
}

export async function startPhoenix(python: string): Promise<Phoenix> {
  const { url, stop } = await serve(python, {
    name: 'Phoenix',
    health: '/healthz',
    args: () => ['-m', 'phoenix.server.main', 'serve'],
    env: async (port, folder) => ({
      PHOENIX_WORKING_DIR: folder,
      PHOENIX_HOST: '127.0.0.1',
      PHOENIX_PORT: `${port}`,
      PHOENIX_GRPC_PORT: `${await freePort()}`,
      PHOENIX_TELEMETRY_ENABLED: 'false',
    }),
  })
  return {
    url,
    stop,
    spans: (traces, count, millis) => spansOf(url, traces, count, millis),
    sessions: (traces) => sessionsOf(url, traces),
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

/** Phoenix answers before it has stored the spans. */
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
