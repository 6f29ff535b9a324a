import { isDeepStrictEqual } from 'node:util'
import { startCollector } from './collector/start.ts'
import { type Comparison, compare } from './compare.ts'
import { EXPORTERS, type ExporterKind, type Feed } from './feeds/feed.ts'

export interface Outcome extends Comparison {
  feed: string
  exporter: string
  /** Whether differences must be found, because the application does not use our exporter. */
  mustDiffer: boolean
}

/** Runs one feed with one exporter and its own collector. */
export async function observe(
  binary: string,
  feed: Feed,
  exporter: ExporterKind,
  mustDiffer: boolean,
): Promise<Outcome> {
  const { name, contentType } = EXPORTERS[exporter]
  const collector = await startCollector(binary)
  let stopped = false
  try {
    const noted = await feed.run(exporter, `http://127.0.0.1:${collector.port}`)
    stopped = true
    const written = await collector.stop()
    const comparison = compare(noted.spans, written, noted.expect)
    const wire = [contentType, feed.encoding].filter(Boolean).join(' ')
    comparison.problems.push(
      ...(noted.check?.(written) ?? []),
      ...(noted.spans.length === 0 ? ['no span was sent'] : []),
      ...(isDeepStrictEqual(noted.wire, [wire]) ? [] : [`it was sent as ${noted.wire}, not as ${wire}`]),
    )
    return { ...comparison, feed: feed.name, exporter: name, mustDiffer }
  } finally {
    if (!stopped) await collector.stop()
  }
}
