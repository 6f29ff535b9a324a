/** The edge cases on the wire, also compressed, and without the gate to see that the check finds that. */
import { fileURLToPath } from 'node:url'
import type { Feed } from './feed.ts'
import { statedFeed } from './stated.ts'

const SCRIPT = fileURLToPath(new URL('../apps/edge-app.ts', import.meta.url))

export const edgeFeeds: readonly Feed[] = [
  statedFeed(SCRIPT, 'edge cases', {}),
  statedFeed(SCRIPT, 'edge cases, gzip', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, 'gzip'),
]

export const withoutGate: Feed = statedFeed(SCRIPT, 'edge cases without the gate', { WITHOUT_GATE: '1' })
