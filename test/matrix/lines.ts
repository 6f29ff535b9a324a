import type { NODES } from '../../scripts/nodes.mjs'

/** A Node line, oldest first in every list. */
export type NodeVersion = keyof typeof NODES

/** An SDK line, as an application installs it. */
export interface Line {
  readonly name: string
  /** The file in `adapters` through which the suite uses this SDK, and the files on which it builds. */
  readonly adapters: readonly [string, ...string[]]
  /** The exact versions in an application's package.json. */
  readonly packages: Readonly<Record<string, string>>
  readonly nodes: readonly NodeVersion[]
  /** The one of them that `--quick` runs; over all lines, these are all versions. */
  readonly quickNode: NodeVersion
  /** The program of the page "Getting started" for this line, by its file name there. */
  readonly quickStart?: string
  /** Declaration files of this line that do not pass `exactOptionalPropertyTypes`. */
  readonly knownTypeErrors?: readonly string[]
}

const otel = (versions: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(versions).map(([name, version]) => [`@opentelemetry/${name}`, version]))

export const SDK_2: Line = {
  name: 'SDK 2.12.1',
  adapters: ['sdk-2.ts'],
  packages: otel({
    api: '1.9.1',
    'sdk-trace-base': '2.12.1',
    'context-async-hooks': '2.12.0',
    'exporter-trace-otlp-http': '0.223.1',
    resources: '2.12.1',
    'sdk-node': '0.223.0',
  }),
  nodes: [20, 22, 24, 26],
  quickNode: 26,
  quickStart: 'app.mjs',
}

export const SDK_3: Line = {
  name: 'SDK 3.1.0',
  adapters: ['sdk-3.ts'],
  packages: otel({
    api: '1.10.0',
    'sdk-trace': '3.1.0',
    'context-async-hooks': '3.1.0',
    'exporter-trace-otlp-http': '0.301.0',
    resources: '3.1.0',
    'sdk-node': '0.301.0',
  }),
  nodes: [22, 24, 26],
  quickNode: 22,
  quickStart: 'app-sdk-3.mjs',
}

const SDK_1: Line = {
  name: 'SDK 1.30.1',
  adapters: ['sdk-1.ts'],
  packages: otel({
    api: '1.9.1',
    'sdk-trace-base': '1.30.1',
    'context-async-hooks': '1.30.1',
    'exporter-trace-otlp-http': '0.57.2',
    resources: '1.30.1',
    'sdk-node': '0.57.2',
  }),
  nodes: [20],
  quickNode: 20,
  knownTypeErrors: [
    'node_modules/@opentelemetry/sdk-logs/build/src/LogRecord.d.ts',
    'node_modules/@opentelemetry/sdk-logs/build/src/export/NoopLogRecordProcessor.d.ts',
  ],
}

/** Before 2.3 there is no `onEnding`, so the exporter applies the rules for a span's end. */
const SDK_2_EARLY: Line = {
  name: 'SDK 2.2.0',
  adapters: ['sdk-2-early.ts', 'sdk-2.ts'],
  packages: otel({
    api: '1.9.1',
    'sdk-trace-base': '2.2.0',
    'context-async-hooks': '2.2.0',
    'exporter-trace-otlp-http': '0.208.0',
    resources: '2.2.0',
    'sdk-node': '0.208.0',
  }),
  nodes: [20, 24],
  quickNode: 24,
}

export const LINES: readonly Line[] = [SDK_1, SDK_2_EARLY, SDK_2, SDK_3]

/** The frameworks for the table of streams, with SDK 2. */
export const FRAMEWORKS = {
  packages: {
    '@ai-sdk/openai': '4.0.118',
    '@langchain/core': '1.2.13',
    '@langchain/langgraph': '1.4.18',
    '@langchain/openai': '1.6.0',
    ai: '7.0.173',
    openai: '7.55.0',
    zod: '4.6.7',
  },
  // The newest LangGraph requires siblings that were never published.
  overrides: { '@langchain/langgraph-sdk': '1.12.4', '@langchain/langgraph-checkpoint': '1.1.5' },
} as const
