import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { application, arrived, run, spans, useProcesses } from '../processes.ts'

useProcesses()

const ESM = `
  import { trace } from '@opentelemetry/api'
  import { registerSessions, usingSession } from 'otel-sessions'
  registerSessions()
  usingSession('user_a_conv', () => trace.getTracer('app').startSpan('work').end())
`
const COMMON_JS = ESM.replace(/import (.*) from ('.*')/g, 'const $1 = require($2)')

describe('a process that ends', () => {
  test.each([
    ['an ES module', 'main.mjs', ESM],
    ['a CommonJS module', 'main.cjs', COMMON_JS],
  ])('by itself, %s: its spans are delivered, without a shutdown', async (_, file, program) => {
    expect(await run(application({ [file]: program }), [file])).toEqual({ code: 0, signal: null, output: '' })
    expect(arrived()).toEqual(['work: user_a_conv'])
  })

  test('by itself, with an endpoint that is unavailable: it ends all the same, and says what is lost, and why', async () => {
    const { code, output } = await run(application({ 'main.mjs': ESM }), ['main.mjs'], {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://user:secret@127.0.0.1:1/v1/traces?key=secret',
    })
    expect(code).toBe(0)
    expect(output).toContain(
      '1 span lost: the process exits before delivery; endpoint 127.0.0.1:1 is unavailable (ECONNREFUSED)',
    )
    expect(output).not.toContain('secret')
  })

  test('by process.exit before anything was sent: it says what is lost, and nothing of the endpoint', async () => {
    const { output } = await run(application({ 'main.mjs': `${ESM}; process.exit()` }), ['main.mjs'])
    expect(output).toMatch(/1 span lost: the process exits before delivery \(/)
  })

  const WAITS = `${ESM}
    setInterval(() => {}, 1000)
    console.log('ready')
  `

  test('on SIGTERM: as without this package, and with a directory the next process delivers', async () => {
    const folder = application({
      'main.mjs': WAITS.replace('()', "({ durability: 'span' })"),
      'next.mjs': ESM,
    })
    const variables = { OTEL_SESSIONS_DIRECTORY: join(folder, 'journal') }
    const away = { ...variables, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces' }
    expect(await run(folder, ['main.mjs'], away, 'SIGTERM')).toMatchObject({ code: null, signal: 'SIGTERM' })
    expect(arrived()).toEqual([])
    await run(folder, ['next.mjs'], variables)
    expect(arrived()).toEqual(['work: user_a_conv', 'work: user_a_conv'])
  })

  test('on SIGTERM, with the handler of the documentation: its spans are delivered', async () => {
    const program = WAITS.replace('registerSessions()', 'const telemetry = registerSessions()')
    const handler = "process.once('SIGTERM', () => telemetry.shutdown().finally(() => process.exit()))"
    const folder = application({ 'main.mjs': program.replace("console.log('ready')", `${handler};$&`) })
    expect(await run(folder, ['main.mjs'], {}, 'SIGTERM')).toMatchObject({ code: 0, signal: null })
    expect(arrived()).toEqual(['work: user_a_conv'])
  })
})

describe('the logger', () => {
  const LOGS = `
    import { DiagConsoleLogger, diag } from '@opentelemetry/api'
    import { registerSessions } from 'otel-sessions'
    if (process.env.OWN) diag.setLogger({ ...new DiagConsoleLogger(), warn: (text) => console.log('own: ' + text) })
    registerSessions()
    diag.info('an information')
    diag.warn('a warning')
  `
  test.each([
    ['without a level, warnings are printed', {}, 'a warning'],
    ['OTEL_LOG_LEVEL=info: informations, too', { OTEL_LOG_LEVEL: 'INFO' }, 'a warning an information'],
    ['OTEL_LOG_LEVEL=error: no warnings', { OTEL_LOG_LEVEL: 'error' }, ''],
    ['OTEL_LOG_LEVEL=none: nothing', { OTEL_LOG_LEVEL: 'none' }, ''],
    [
      'a logger of the application stays',
      { OWN: '1', OTEL_LOG_LEVEL: 'error' },
      'an information own: a warning',
    ],
  ])('%s', async (_, variables, expected) => {
    const { output } = await run(application({ 'main.mjs': LOGS }), ['main.mjs'], variables)
    const lines = output.split('\n').filter((line) => /an information|a warning/.test(line))
    expect(lines.sort().join(' ')).toBe(expected)
  })

  test('an unknown level is said to be ignored', async () => {
    const { output } = await run(application({ 'main.mjs': LOGS }), ['main.mjs'], { OTEL_LOG_LEVEL: 'loud' })
    expect(output).toContain('OTEL_LOG_LEVEL is ignored: a string of 4 characters is not served')
    expect(output).toContain('a warning')
  })
})

describe('autoInstrument', () => {
  const HTTP = ['@opentelemetry/instrumentation-http', '@opentelemetry/instrumentation-undici']
  const SERVER = `
    import { once } from 'node:events'
    import { createServer, get } from 'node:http'
    import { registerSessions, usingSession } from 'otel-sessions'
    registerSessions({ autoInstrument: true })
    const server = createServer((request, response) => response.end())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = 'http://127.0.0.1:' + server.address().port
    const users = ['user_a_conv', 'user_b_conv'].map((user) => usingSession(user, async () => {
      await (await fetch(url)).text()
      const [response] = await once(get(url), 'response')
      await once(response.resume(), 'end')
    }))
    await Promise.all(users)
    server.close()
    server.closeAllConnections()
  `

  test.each([
    ['the option', SERVER, {}],
    [
      'OTEL_SESSIONS_AUTO_INSTRUMENT',
      SERVER.replace('{ autoInstrument: true }', ''),
      { OTEL_SESSIONS_AUTO_INSTRUMENT: 'true' },
    ],
  ])(
    'by %s: what is installed makes spans in an ES module that imports node:http',
    async (_, program, variables) => {
      const folder = application({ 'main.mjs': program }, ...HTTP)
      expect(await run(folder, ['main.mjs'], variables)).toMatchObject({ code: 0, output: '' })
      const clients = spans().filter(({ parentSpanId }) => parentSpanId === undefined)
      // Each user makes a request by fetch and one by node:http.
      expect(clients.map(({ scope, attributes }) => `${scope}: ${attributes['session.id']}`).sort()).toEqual([
        '@opentelemetry/instrumentation-http: user_a_conv',
        '@opentelemetry/instrumentation-http: user_b_conv',
        '@opentelemetry/instrumentation-undici: user_a_conv',
        '@opentelemetry/instrumentation-undici: user_b_conv',
      ])
      // The server's spans are below those of the clients, because the context is propagated.
      const servers = spans().filter(({ parentSpanId }) => parentSpanId !== undefined)
      expect(servers.map(({ parentSpanId }) => parentSpanId).sort()).toEqual(
        clients.map(({ spanId }) => spanId).sort(),
      )
    },
  )

  test('without it, nothing is instrumented', async () => {
    const folder = application({ 'main.mjs': SERVER.replace('{ autoInstrument: true }', '') }, ...HTTP)
    await run(folder, ['main.mjs'])
    expect(spans()).toEqual([])
  })

  const GREETER = '@opentelemetry/instrumentation-greeter'
  const greeter = {
    'package.json': JSON.stringify({ dependencies: { [GREETER]: '*' } }),
    'node_modules/greeter/package.json': '{ "version": "1.0.0", "type": "module", "exports": "./index.js" }',
    'node_modules/greeter/index.js': `export const greet = () => 'hello'`,
    [`node_modules/${GREETER}/index.js`]: `
      const { InstrumentationBase, InstrumentationNodeModuleDefinition } = require('@opentelemetry/instrumentation')
      class GreeterInstrumentation extends InstrumentationBase {
        constructor() { super('${GREETER}', '1.0.0', {}) }
        init() {
          return [new InstrumentationNodeModuleDefinition('greeter', ['*'], (module) => {
            const { greet } = module
            this._wrap(module, 'greet', () => () => {
              const span = this.tracer.startSpan('greet')
              span.end()
              return greet()
            })
            return module
          })]
        }
      }
      module.exports = { GreeterInstrumentation }`,
    'pre.mjs': `import { registerSessions } from 'otel-sessions'; registerSessions({ autoInstrument: true })`,
    'main.mjs': `import { greet } from 'greeter'; import { usingSession } from 'otel-sessions'; usingSession('user_a_conv', greet)`,
  }

  test('in a preloaded file: ES modules that are imported later are instrumented, too', async () => {
    const folder = application(greeter, '@opentelemetry/instrumentation')
    expect(await run(folder, ['--import', './pre.mjs', 'main.mjs'])).toMatchObject({ code: 0, output: '' })
    expect(arrived()).toEqual(['greet: user_a_conv'])
  })

  test('in a working directory that was deleted, or with a name for a main script: the application runs', async () => {
    const folder = application({}, ...HTTP)
    const program = `
      const { registerSessions } = require('otel-sessions')
      const folder = require('node:fs').mkdtempSync(process.cwd() + '/x')
      process.chdir(folder)
      // Not process.cwd(), which Node would remember.
      require('node:fs').rmdirSync(folder)
      registerSessions({ autoInstrument: true })
      console.log('runs')`
    expect(await run(folder, ['-e', program, 'name'])).toMatchObject({
      code: 0,
      output: expect.stringContaining('runs\n'),
    })
  })
})

describe('a bundle for Node', () => {
  const REGISTERED = ESM.replace('registerSessions()', '')

  test.each([
    ['esm', 'registerSessions', ESM],
    ['cjs', 'registerSessions', ESM],
    ['esm', 'otel-sessions/register', `import 'otel-sessions/register'; ${REGISTERED}`],
    ['cjs', 'otel-sessions/register', `import 'otel-sessions/register'; ${REGISTERED}`],
  ] as const)('as %s delivers as the package does: %s', async (format, _, program) => {
    const outfile = `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`
    const folder = application({ 'main.mjs': program })
    const { errors, warnings } = await build({
      absWorkingDir: folder,
      entryPoints: ['main.mjs'],
      bundle: true,
      platform: 'node',
      format,
      outfile: join(folder, outfile),
      logLevel: 'silent',
      // As the documentation of esbuild has it, for CommonJS packages in ES modules.
      ...(format === 'esm' && {
        banner: {
          js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        },
      }),
    })
    expect(errors).toEqual([])
    expect(warnings.filter(({ id }) => id !== 'empty-import-meta')).toEqual([])
    rmSync(join(folder, 'node_modules'), { recursive: true })
    expect(await run(folder, [outfile])).toEqual({ code: 0, signal: null, output: '' })
    expect(arrived()).toEqual(['work: user_a_conv'])
  })
})
