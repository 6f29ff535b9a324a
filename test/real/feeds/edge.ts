/** The edge cases on the wire, also compressed, and without validation, which the check must detect. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXPORTERS, type Feed } from './feed.ts'
import { selfCheckedFeed } from './self-checked.ts'

const SCRIPT = fileURLToPath(new URL('../apps/edge-app.ts', import.meta.url))

/** Edge cases that are encoded, journalled and sent by our own processor. */
const delivered = (compression: string, encoding?: string): Feed => ({
  name: `edge cases from the journal, ${compression}`,
  ...(encoding && { encoding }),
  run: async (exporter, endpoint, headers) => {
    const JOURNAL = mkdtempSync(join(tmpdir(), 'otel-sessions-journal-'))
    const settings = {
      JOURNAL,
      OTEL_EXPORTER_OTLP_COMPRESSION: compression,
      OTEL_EXPORTER_OTLP_PROTOCOL: EXPORTERS[exporter].protocol,
    }
    try {
      return await selfCheckedFeed(SCRIPT, '', settings).run(exporter, endpoint, headers)
    } finally {
      rmSync(JOURNAL, { recursive: true, force: true })
    }
  },
})

export const edgeFeeds: readonly Feed[] = [
  selfCheckedFeed(SCRIPT, 'edge cases', {}),
  selfCheckedFeed(SCRIPT, 'edge cases, gzip', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, 'gzip'),
  delivered('none'),
  delivered('gzip', 'gzip'),
  delivered('zstd', 'zstd'),
]

export const withoutValidation: Feed = selfCheckedFeed(SCRIPT, 'edge cases without validation', {
  WITHOUT_VALIDATION: '1',
})
