/** Makes a recording independent of the run: numbered IDs, times from a fixed instant, fixed ports, no paths. */
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { ProviderUrls } from '../program.ts'
import type { RecordedLog, RecordedSpan, Recording } from '../recording.ts'
import { RECORDED_PORTS } from './providers.ts'

/** When the first span of every recording starts, in nanoseconds since the epoch. */
const START = 1_790_000_000_000_000_000n

const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '')
/** As a word: it can be as short as `vm`. */
const HOST = new RegExp(`\\b${hostname().replaceAll(/\W/g, '\\$&')}\\b`, 'g')
const ID = /(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{16})(?![0-9a-f])/g
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Sorts the spans and logs, and replaces what differs between two runs wherever it stands, in texts as well. */
export function normalise(recording: Recording, urls: ProviderUrls): Recording {
  const spans = sortSpans(recording.spans)
  const logs = recording.logs.toSorted((a, b) => compareNanos(a.time, b.time))
  const shift = START - BigInt(spans[0]?.start ?? START)
  const moved = {
    ...recording,
    spans: spans.map((span) => moveSpan(span, shift)),
    logs: logs.map((log) => ({ ...log, time: move(log.time, shift) })),
  }
  const ids = numberIds(spans, logs)
  const uuids = new Map<string, string>()
  const ports = portsOf(urls)
  return mapValues(moved, (value, key) => {
    if (typeof value === 'number') return (/port$/.test(key) && ports.get(value)) || value
    return value
      .replaceAll(ID, (id) => ids.get(id) ?? id)
      .replaceAll(UUID, (uuid) => getOrAdd(uuids, uuid, numberedUuid))
      .replaceAll(
        /(127\.0\.0\.1|localhost):(\d+)/g,
        (_, host, port) => `${host}:${ports.get(Number(port)) ?? port}`,
      )
      .replaceAll(ROOT, '/app')
      .replaceAll(HOST, 'host')
  }) as Recording
}

/** By start, and parents before their children: many starts are known to a millisecond only. */
function sortSpans(spans: readonly RecordedSpan[]): RecordedSpan[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const depthOf = ({ parentSpanId }: RecordedSpan): number => {
    const parent = parentSpanId === undefined ? undefined : byId.get(parentSpanId)
    return parent === undefined ? 0 : depthOf(parent) + 1
  }
  return spans.toSorted(
    (a, b) => compareNanos(a.start, b.start) || depthOf(a) - depthOf(b) || compareNanos(a.end, b.end),
  )
}

function compareNanos(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

const move = (time: string, shift: bigint) => String(BigInt(time) + shift)

function moveSpan(span: RecordedSpan, shift: bigint): RecordedSpan {
  return {
    ...span,
    start: move(span.start, shift),
    end: move(span.end, shift),
    ...(span.events && {
      events: span.events.map((event) => ({ ...event, time: move(event.time, shift) })),
    }),
  }
}

/** In the order of start; the IDs of spans that never ended follow. */
function numberIds(spans: readonly RecordedSpan[], logs: readonly RecordedLog[]): Map<string, string> {
  const traces = new Map<string, string>()
  const all = new Map<string, string>()
  for (const { traceId } of [...spans, ...logs]) {
    if (traceId) getOrAdd(traces, traceId, (count) => count.toString(16).padStart(32, '0'))
  }
  for (const id of [...spans, ...logs].map(({ spanId }) => spanId)) {
    if (id) getOrAdd(all, id, (count) => count.toString(16).padStart(16, '0'))
  }
  for (const { parentSpanId } of spans) {
    if (parentSpanId) getOrAdd(all, parentSpanId, (count) => count.toString(16).padStart(16, '0'))
  }
  return new Map([...traces, ...all])
}

const numberedUuid = (count: number) => `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`

function getOrAdd(map: Map<string, string>, key: string, make: (count: number) => string): string {
  const value = map.get(key) ?? make(map.size + 1)
  map.set(key, value)
  return value
}

function portsOf(urls: ProviderUrls): Map<number, number> {
  return new Map(
    Object.entries(urls).map(([provider, url]) => [
      Number(new URL(url).port),
      RECORDED_PORTS[provider as keyof ProviderUrls],
    ]),
  )
}

/** Applies `replace` to each string and number at any depth, with the key of the field that has it. */
function mapValues(
  value: unknown,
  replace: (value: string | number, key: string) => string | number,
  key = '',
): unknown {
  if (typeof value === 'string' || typeof value === 'number') return replace(value, key)
  if (Array.isArray(value)) return value.map((each) => mapValues(each, replace, key))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, mapValues(each, replace, name)]),
  )
}
