// The allowed dependencies of the published packages, listed by hand: a new dependency is a decision.

const SEMCONV = ['@otel-sessions/semconv', '@otel-sessions/semconv/internal']
const API = '@opentelemetry/api'
// For the only entry point that requires Node.
const NODE = [
  'crypto',
  'fs',
  'http',
  'https',
  // To check options of an agent before Node does, with each connection.
  'net',
  'os',
  'path',
  'timers/promises',
  'tls',
  'url',
  'util',
  'worker_threads',
  'zlib',
].map((name) => `node:${name}`)

/** `own` are the packages of this repository, pinned to the version with which they are published. */
export const DEPENDENCIES = {
  semconv: { own: [], others: {}, peers: {} },
  processor: {
    own: ['@otel-sessions/semconv'],
    others: {},
    peers: { [API]: '>=1.9.0 <2' },
  },
  exporter: {
    own: ['@otel-sessions/semconv'],
    others: { '@noble/hashes': '^2.4.0' },
    peers: { [API]: '>=1.9.0 <2' },
  },
  analytics: {
    own: ['@otel-sessions/semconv'],
    others: {},
    peers: { [API]: '>=1.9.0 <2' },
  },
}

/** The allowed external imports of each entry point; `/*` stands for any sub-path. */
export const MAY_IMPORT = {
  '@otel-sessions/semconv': [],
  '@otel-sessions/semconv/internal': [],
  '@otel-sessions/processor': [API, ...SEMCONV],
  '@otel-sessions/processor/langchain': [API, ...SEMCONV],
  '@otel-sessions/processor/lifecycle': [API, ...SEMCONV],
  '@otel-sessions/exporter': [API, ...SEMCONV],
  '@otel-sessions/exporter/backends': [...SEMCONV],
  '@otel-sessions/exporter/backfill': [API, ...SEMCONV],
  '@otel-sessions/exporter/hash': [...SEMCONV, '@noble/hashes/*'],
  '@otel-sessions/exporter/persistent': [API, ...SEMCONV, ...NODE],
  '@otel-sessions/analytics': [API, ...SEMCONV],
  '@otel-sessions/analytics/prices': [],
}

/** In addition to `dist` and `src`. */
export const TOP_FILES = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']

export const HOME = 'https://github.com/otel-sessions/otel-sessions'
