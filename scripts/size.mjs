// What the packages add to a bundle: minified by esbuild, compressed by brotli, @opentelemetry/api left out. The bundle is
// for no platform in particular, as for a browser, a worker or an edge runtime; one for Node also has what binds
// LangChain's queue there, and what reports copies of a package and spans that a scope reaches by accident. The SDK that
// `otel-sessions` depends on is left out as well: its size is not ours to keep small, and whoever has OpenTelemetry has it
// already. With --modules also what it is made of.
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

// A program with a `limit` must stay below it. The others may grow by a few bytes over what was measured, for a mended
// bug; to grow further is a decision: set the new number in the change that needs it, with the reason.
// The first is what every user has: no backend and no backfill, which are values that carry their code. Its aim is
// 15,000 bytes. What it has above that are the fields that travel between spans, contexts that are as open as the API's
// own, what is started lazily, and what is reported where a session is lost.
const ROOM = 1.03
const CORE = { '@otel-sessions/processor': ['usingSession', 'SessionSpanProcessor'] }
const EXPORTER = { '@otel-sessions/exporter': ['SessionSpanExporter'] }
// What a helper has above `usingSession` is how it enters a request, and how it leaves the context of another one.
const HELPERS = {
  express: 14_503,
  fastify: 14_608,
  koa: 19_857,
  nest: 14_679,
  hono: 14_896,
  fetch: 15_008,
  next: 15_159,
  lambda: 14_802,
  worker: 14_616,
  'socket.io': 20_058,
  mcp: 14_602,
}
const PROGRAMS = [
  { limit: 15_950, imports: { ...CORE, ...EXPORTER } },
  { measured: 18_326, platform: 'node', imports: { ...CORE, ...EXPORTER } },
  { measured: 18_044, imports: { ...CORE, ...EXPORTER, '@otel-sessions/exporter/backends': ['langfuse'] } },
  { measured: 18_406, imports: { ...CORE, ...EXPORTER, '@otel-sessions/exporter/backfill': ['backfill'] } },
  { measured: 9_360, imports: { '@otel-sessions/processor': ['SessionSpanProcessor'] } },
  { measured: 7_507, imports: { '@otel-sessions/processor': ['usingSession'] } },
  { measured: 6_458, imports: EXPORTER },
  { measured: 3_756, imports: { '@otel-sessions/exporter/backends': ['BACKENDS'] } },
  { measured: 15_503, imports: { '@otel-sessions/processor/lifecycle': ['startSession'] } },
  { measured: 22_193, imports: { '@otel-sessions/analytics': ['SessionAnalytics'] } },
  { measured: 7_376, imports: { '@otel-sessions/analytics': ['readSpanUsage'] } },
  { measured: 2_500, imports: { '@otel-sessions/exporter/hash': ['hashSessionId'] } },
  { measured: 236, imports: { '@otel-sessions/semconv': ['checkSessionId'] } },
  // The front door. On no particular platform, it is what workers, edge runtimes and browsers get.
  { measured: 7_525, imports: { 'otel-sessions': ['usingSession'] } },
  { measured: 21_475, imports: { 'otel-sessions': ['usingSession', 'sessionProcessors'] } },
  { measured: 73_051, platform: 'node', imports: { 'otel-sessions': ['usingSession', 'registerSessions'] } },
  ...Object.entries(HELPERS).map(([entry, measured]) => ({
    measured,
    imports: { [`otel-sessions/${entry}`]: ['sessions'] },
  })),
]

async function measure({ imports, measured, limit = Math.round(measured * ROOM), platform = 'neutral' }) {
  const names = Object.values(imports).flat()
  const lines = Object.entries(imports).map(([from, what]) => `import { ${what.join(', ')} } from '${from}'`)
  const { outputFiles, metafile } = await build({
    stdin: { contents: [...lines, `console.log(${names.join(', ')})`].join('\n'), resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform,
    target: 'es2023',
    external: ['@opentelemetry/*'],
    metafile: true,
    write: false,
    outdir: root,
    logLevel: 'silent',
  })
  const [{ contents }] = outputFiles
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: contents.length }
  const [{ inputs }] = Object.values(metafile.outputs)
  const brotli = brotliCompressSync(contents, { params }).length
  const entries = Object.keys(imports).filter((from) => /^otel-sessions\b/.test(from))
  const of = entries.length === 0 ? '' : ` of ${entries.join(', ')}`
  const name = names.join(', ') + of + (platform === 'neutral' ? '' : `, on ${platform}`)
  return { name, limit, brotli, minified: contents.length, inputs }
}

const column = (bytes) => String(bytes).padStart(6)

const sizes = await Promise.all(PROGRAMS.map(measure))
console.log('brotli  limit  minified (bytes)')
for (const { name, limit, brotli, minified } of sizes) {
  const tooBig = brotli > limit
  console.log(
    `${column(brotli)} ${column(limit)}  ${column(minified)}   ${name}${tooBig ? '   TOO BIG' : ''}`,
  )
  if (tooBig) process.exitCode = 1
}

if (process.argv.includes('--modules')) {
  console.log('\nminified bytes by module, of the first')
  const modules = Object.entries(sizes[0].inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput])
  for (const [path, bytes] of modules.toSorted(([, one], [, other]) => other - one)) {
    if (bytes > 0) console.log(`${column(bytes)}  ${path}`)
  }
}
