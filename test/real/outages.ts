/**
 * `node test/real/outages.ts`, after a build: measures how many of 400 spans in 8 seconds arrive if a real collector
 * is late, restarts, or is killed, and how many have the right session.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildCollector } from './collector/build.ts'
import { type RealCollector, startCollector } from './collector/start.ts'
import { EXPORTERS, type ExporterKind } from './feeds/feed.ts'
import { runApplication } from './feeds/run-application.ts'
import { groupBy } from './group.ts'
import type { WireSpan } from './spans.ts'

const SCRIPT = fileURLToPath(new URL('apps/steady-app.ts', import.meta.url))
const binary = await buildCollector(console.log)

/** The collectors of one run, one after the other on one port; returns the output of each. */
type Play = (port: number) => Promise<WireSpan[][]>

const start = (port: number): Promise<RealCollector> => startCollector(binary, port)
let over: Promise<unknown> = Promise.resolve()

const PLAYS: Record<string, Play> = {
  'up all the time': async (port) => await untilOver(await start(port)),
  'up after 3 s': async (port) => {
    await delay(3_000)
    return await untilOver(await start(port))
  },
  'stopped after 3 s, up again at once': async (port) => {
    const first = await start(port)
    await delay(3_000)
    return [await first.stop(), ...(await untilOver(await start(port)))]
  },
  'stopped after 3 s, up again after 6 s': async (port) => {
    const first = await start(port)
    await delay(3_000)
    const written = await first.stop()
    await delay(3_000)
    return [written, ...(await untilOver(await start(port)))]
  },
  'killed after 3 s, up again at once': async (port) => {
    const first = await start(port)
    await delay(3_000)
    return [await first.kill(), ...(await untilOver(await start(port)))]
  },
  'never up': async () => [],
}

async function untilOver(collector: RealCollector): Promise<WireSpan[][]> {
  await over
  return [await collector.stop()]
}

async function measure(play: Play, exporter: ExporterKind) {
  const spare = await start(0)
  // Not stopped immediately, because the collector handles signals only a moment after it is ready.
  await spare.kill()
  const application = runApplication(SCRIPT, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${spare.port}`,
    WITNESS_EXPORTER: exporter,
  })
  over = application.catch(() => {})
  const files = await play(spare.port)
  const written = files.flat()
  const { spans } = await application
  const ids = groupBy(written, ({ spanId }) => spanId)
  const right = written.filter(({ name, attributes }) => attributes['session.id'] === name).length
  return {
    exporter: EXPORTERS[exporter].name,
    ended: spans.length,
    written: files.map((spans) => spans.length).join(' + '),
    missing: spans.filter(({ spanId }) => !ids.has(spanId)).length,
    twice: written.length - ids.size,
    'right session': right,
  }
}

const rows: object[] = []
for (const [collector, play] of Object.entries(PLAYS)) {
  for (const exporter of ['http', 'proto'] satisfies ExporterKind[]) {
    rows.push({ collector, ...(await measure(play, exporter)) })
  }
}
console.table(rows)
