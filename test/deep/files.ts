/**
 * The tests of `pnpm test:deep`, by project: each one is a step of CI. `pnpm test` runs `processes` not at all, and the
 * others shallowly. `files.test.ts` checks that every file that calls `runs` or asks `isDeep` is here.
 */
export const DEEP_FILES = {
  /** Programs that run as processes of their own, and what waits for seconds on real sockets. */
  processes: [
    'packages/exporter/test/persistent/held/kill.test.ts',
    'packages/exporter/test/persistent/narrowing/kill.test.ts',
    'packages/exporter/test/persistent/narrowing/one-span.test.ts',
    'packages/exporter/test/persistent/narrowing/several.test.ts',
    'packages/exporter/test/persistent/redeliver/processes.test.ts',
    'packages/exporter/test/persistent/sending/frozen.test.ts',
    'packages/otel-sessions/test/join/register.test.ts',
    'packages/otel-sessions/test/register-sessions/llm-instrumentations.test.ts',
    'packages/otel-sessions/test/register-sessions/processes.test.ts',
    'packages/otel-sessions/test/register-sessions/too-late.test.ts',
    'test/contract/processes.test.ts',
    'test/delivery/exit.test.ts',
    'test/demo.test.ts',
    'test/examples/examples.test.ts',
    'test/lifecycle/signals.test.ts',
  ],
  /** Random programs that are played in the model of the rules and in the packages. */
  model: ['test/model/random-trees.test.ts'],
  /** Hostile values, attributes, spans and endpoints. */
  hostile: [
    'packages/exporter/test/persistent/sending/hostile.test.ts',
    'packages/processor/test/lifecycle/hostile.test.ts',
    'test/hostile/pipeline.test.ts',
    'test/hostile/semconv.test.ts',
    'test/hostile/sessions.test.ts',
  ],
  /** Properties of one part each, and volume. */
  properties: [
    'packages/analytics/test/models.test.ts',
    'packages/analytics/test/recordings.test.ts',
    'packages/analytics/test/deduplication/side-by-side.test.ts',
    'packages/analytics/test/snapshots.test.ts',
    'packages/analytics/test/deduplication/backfilled-orders.property.test.ts',
    'packages/analytics/test/totals.property.test.ts',
    'packages/analytics/test/usage/whole-tokens.test.ts',
    'packages/exporter/test/backends/properties.test.ts',
    'packages/exporter/test/backfill/random-trees.test.ts',
    'packages/exporter/test/persistent/encoder/against-the-sdk.test.ts',
    'packages/exporter/test/persistent/encoder/answers.test.ts',
    'packages/exporter/test/persistent/encoder/join-split.test.ts',
    'packages/exporter/test/persistent/encoder/odd-spans.test.ts',
    'packages/exporter/test/persistent/encoder/odd-values.test.ts',
    'packages/exporter/test/persistent/ownership/taken-alive.test.ts',
    'packages/exporter/test/persistent/queue/broken-disk.test.ts',
    'packages/exporter/test/persistent/queue/damage.test.ts',
    'packages/exporter/test/persistent/queue/model.test.ts',
    'packages/exporter/test/persistent/sending/property.test.ts',
    'packages/exporter/test/persistent/sending/refused.test.ts',
    'packages/otel-sessions/test/arrival.test.ts',
    'packages/otel-sessions/test/entry.test.ts',
    'packages/otel-sessions/test/session-processors/equal-to-exporter.test.ts',
    'packages/processor/test/lifecycle/idle/model.test.ts',
    'packages/semconv/test/aliases.test.ts',
    'packages/semconv/test/plain-session-id.test.ts',
  ],
} as const satisfies Record<string, readonly string[]>
