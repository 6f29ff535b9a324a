// Through how many files and functions one span passes, by V8's precise coverage: every function that is
// called on the way counts once, however often it is called. Three walks, each in a process of its own:
//
//   ID to exporter   from the call of usingSession, whose function starts and ends one span, through
//                    SessionSpanProcessor, SimpleSpanProcessor and SessionSpanExporter, until an exporter in
//                    memory has answered, in a later turn, that it has the span
//   persistent       from the same call, through SessionSpanProcessor and PersistentBatchSpanProcessor with a
//                    directory, until a local HTTP server has answered 200 and the provider's forceFlush()
//                    has resolved
//   stock            one span without our packages, through BatchSpanProcessor and OTLPTraceExporter, to the
//                    same end
//
// The first two count files in packages/*/dist and nothing of their dependencies. stock counts files of
// OpenTelemetry's own packages (@opentelemetry/*), among them the SDK and the API, which the others pass too.
// The top level of a module does not count; accessors, initializers of fields and anonymous functions do.
//
// There is no warm-up span: what the first span of a process does once is part of its walk. The set-up is
// not. Where there is a request to come, it ends with a forceFlush() that has nothing to send, so that the
// journal is open. Timing decides a few calls of the persistent walk: its count can differ by one or two.
//
//   pnpm walk               a table
//   pnpm walk --files       and every file with its functions, by package, under the name of its source
//   pnpm walk --root DIR    of another checkout of this repository, which has to be installed and built
import { fork } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cleanEnvironment } from '../bench/support/environment.ts'

const WALKS = ['ID to exporter', 'persistent', 'stock']

const { values } = parseArgs({
  options: {
    files: { type: 'boolean', default: false },
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
  },
})
const root = realpathSync(values.root)

/** The files that a walk passes, each with the names of its functions. */
function measure(name) {
  const child = fork(new URL('./walk/child.mjs', import.meta.url), [name, root], { env: cleanEnvironment() })
  return new Promise((resolve, reject) => {
    let files
    child.on('message', (message) => {
      files = message
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0 && files !== undefined) resolve({ name, files })
      else reject(new Error(`the walk "${name}" ended with exit code ${code}`))
    })
  })
}

const functionsOf = (files) => files.flatMap(({ functions }) => functions)
const column = (value) => String(value).padStart(11)

const measured = []
for (const name of WALKS) measured.push(await measure(name))

console.log(`${'walk'.padEnd(14)}${column('files')}${column('functions')}`)
for (const { name, files } of measured) {
  const ofWhom = name === 'stock' ? "   OpenTelemetry's own" : ''
  console.log(`${name.padEnd(14)}${column(files.length)}${column(functionsOf(files).length)}${ofWhom}`)
}

if (values.files) {
  for (const { name, files } of measured) {
    console.log(`\n${name}`)
    for (const { file, functions } of files) console.log(`  ${file}: ${functions.join(', ')}`)
  }
}
