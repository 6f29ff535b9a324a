// The allowed dependencies of the published packages, listed by hand: a new dependency is a decision.

const SEMCONV = ['@otel-sessions/semconv', '@otel-sessions/semconv/internal']
const API = '@opentelemetry/api'
/** The parts of the SDK that the front door brings along. No declaration may name them. */
export const SDK = ['context-async-hooks', 'core', 'resources', 'sdk-trace'].map(
  (name) => `@opentelemetry/${name}`,
)
// For delivery, which requires Node.
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

// What the front door has on every platform.
const FRONT_DOOR = [
  API,
  ...SEMCONV,
  '@otel-sessions/analytics',
  '@otel-sessions/processor',
  '@otel-sessions/processor/lifecycle',
  '@otel-sessions/exporter',
  '@otel-sessions/exporter/backends',
  '@otel-sessions/exporter/backfill',
  '@otel-sessions/exporter/internal',
]
// For registerSessions and the entry point that joins another SDK.
const ON_NODE = [
  ...FRONT_DOOR,
  ...SDK,
  '@otel-sessions/exporter/persistent',
  '@otel-sessions/processor/langchain',
  ...['diagnostics_channel', 'fs', 'module', 'os', 'path', 'process', 'url', 'util', 'worker_threads'].map(
    (name) => `node:${name}`,
  ),
]
// A helper imports nothing of its framework.
const FRAMEWORK = [API, ...SEMCONV, '@otel-sessions/processor']

/**
 * `own` are the packages of this repository, pinned to the version with which they are published; `sideEffects` the files
 * that a bundler must keep if they are only imported.
 */
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
  'otel-sessions': {
    own: [
      '@otel-sessions/analytics',
      '@otel-sessions/exporter',
      '@otel-sessions/processor',
      '@otel-sessions/semconv',
    ],
    others: Object.fromEntries(SDK.map((name) => [name, '^2.12.0 || ^3.0.0'])),
    peers: { [API]: '>=1.9.0 <2' },
    sideEffects: ['./dist/register.cjs'],
  },
}

/**
 * The allowed external imports of each entry point, and of each condition of one that has several; `/*` stands for any
 * sub-path.
 */
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
  '@otel-sessions/exporter/internal': [API, ...SEMCONV],
  '@otel-sessions/exporter/persistent': [API, ...SEMCONV, ...NODE],
  '@otel-sessions/analytics': [API, ...SEMCONV],
  '@otel-sessions/analytics/prices': [],
  'otel-sessions (node)': ON_NODE,
  'otel-sessions (default)': FRONT_DOOR,
  'otel-sessions/register': ON_NODE,
  ...Object.fromEntries(
    [
      'express',
      'fastify',
      'hono',
      'koa',
      'fetch',
      'next',
      'nest',
      'worker',
      'lambda',
      'socket.io',
      'mcp',
    ].map((name) => [`otel-sessions/${name}`, FRAMEWORK]),
  ),
}

/** In addition to `dist` and `src`. */
export const TOP_FILES = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']

export const HOME = 'https://github.com/otel-sessions/otel-sessions'
