import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { application, arrived, attributesOf, run, useProcesses } from '../processes.ts'

useProcesses()

const REGISTER = ['--import', 'otel-sessions/register']

/** A program that says `sessions` of what it makes, without a line that sets anything up. */
const WORK = `
  import { trace } from '@opentelemetry/api'
  import { usingSession } from 'otel-sessions'
  const work = (name) => trace.getTracer('app').startSpan(name).end()
  usingSession('user_a_conv', () => work('work'))
`
const OWN_PROVIDER = `
  import { context, diag, trace } from '@opentelemetry/api'
  import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
  import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
  import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
  import { usingSession } from 'otel-sessions'
  const tracer = trace.getTracer('app')
  const marking = { onStart: (span) => span.setAttribute('by', 'theirs'), onEnd() {}, async forceFlush() {}, async shutdown() {} }
  const exporting = new BatchSpanProcessor(new OTLPTraceExporter())
  const provider = new BasicTracerProvider({ spanProcessors: [marking, exporting] })
`
const SDK = [
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/context-async-hooks',
]

const asCommonJs = (program: string) => program.replace(/import (.*) from ('.*')/g, 'const $1 = require($2)')

describe('a process that sets nothing up', () => {
  test.each([
    ['--import', 'main.mjs', WORK],
    ['--import', 'main.cjs', asCommonJs(WORK)],
    ['--require', 'main.mjs', WORK],
    ['--require', 'main.cjs', asCommonJs(WORK)],
  ])('delivers its spans with their sessions when it ends: %s, %s', async (flag, file, program) => {
    const folder = application({ [file]: program })
    expect(await run(folder, [flag, 'otel-sessions/register', file])).toEqual({
      code: 0,
      signal: null,
      output: '',
    })
    expect(arrived()).toEqual(['work: user_a_conv'])
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('delivers its spans on %s, and ends by it', async (signal) => {
    const folder = application({ 'main.mjs': `${WORK}; setInterval(() => {}, 1000); console.log('ready')` })
    expect(await run(folder, [...REGISTER, 'main.mjs'], {}, signal)).toMatchObject({ code: null, signal })
    expect(arrived()).toEqual(['work: user_a_conv'])
  })

  test('ends by itself if it makes no spans, and delivers nothing', async () => {
    const folder = application({ 'main.mjs': '' })
    expect(await run(folder, [...REGISTER, 'main.mjs'])).toEqual({ code: 0, signal: null, output: '' })
    expect(arrived()).toEqual([])
  })

  test('delivers when its code flushes the registered provider, as before a serverless platform freezes it', async () => {
    const flush = 'trace.getTracerProvider().getDelegate().forceFlush()'
    const folder = application({
      'main.mjs': `${WORK}; await ${flush}; console.log('ready'); setInterval(() => {}, 1000)`,
    })
    await run(folder, [...REGISTER, 'main.mjs'], {}, 'SIGKILL')
    expect(arrived()).toEqual(['work: user_a_conv'])
  })

  test.each(['forceFlush', 'shutdown'])(
    'delivers with its own listener for SIGTERM that calls %s before process.exit',
    async (method) => {
      const folder = application({
        'main.mjs': `${WORK}
          process.once('SIGTERM', async () => {
            await trace.getTracerProvider().getDelegate().${method}()
            process.exit(0)
          })
          setInterval(() => {}, 1000)
          console.log('ready')`,
      })
      expect(await run(folder, [...REGISTER, 'main.mjs'], {}, 'SIGTERM')).toMatchObject({ code: 0 })
      expect(arrived()).toEqual(['work: user_a_conv'])
    },
  )

  test('that exits without a flush has its spans delivered by the next one, with OTEL_SESSIONS_DIRECTORY', async () => {
    const folder = application({ 'main.mjs': `${WORK}; process.exit(0)`, 'next.mjs': WORK })
    const variables = { OTEL_SESSIONS_DIRECTORY: join(folder, 'journal') }
    expect(await run(folder, [...REGISTER, 'main.mjs'], variables)).toMatchObject({ code: 0 })
    expect(arrived()).toEqual([])
    await run(folder, [...REGISTER, 'next.mjs'], variables)
    expect(arrived()).toEqual(['work: user_a_conv', 'work: user_a_conv'])
  })

  test.each(['--import', '--require'])(
    'runs code of the command line, beside an instrumentation: %s',
    async (flag) => {
      const http = '@opentelemetry/instrumentation-http'
      const folder = application({ 'package.json': JSON.stringify({ dependencies: { [http]: '*' } }) }, http)
      const args = [flag, 'otel-sessions/register', '-e', 'console.log("works")']
      expect(await run(folder, args)).toEqual({ code: 0, signal: null, output: 'works\n' })
    },
  )

  test('counts no missing processor for a scope without spans', async () => {
    const program = `
      import { processStats, usingSession } from 'otel-sessions'
      usingSession('user_a_conv', () => {})
      await usingSession('user_b_conv', async () => {})
      console.log(processStats().problems)`
    const { output } = await run(application({ 'main.mjs': program }), [...REGISTER, 'main.mjs'])
    expect(output).toMatch(/^\{\}\n/)
  })

  test('says what it does at INFO', async () => {
    const folder = application({ 'main.mjs': WORK })
    const { output } = await run(folder, [...REGISTER, 'main.mjs'], { OTEL_LOG_LEVEL: 'info' })
    expect(output).toMatch(/the application declares no SDK, so this one makes spans and delivers them/)
  })

  test('delivers by its environment: the keys of a backend', async () => {
    const folder = application({ 'main.mjs': WORK })
    await run(folder, [...REGISTER, 'main.mjs'], { OTEL_SESSIONS_BACKENDS: 'langfuse' })
    expect(attributesOf('work')).toMatchObject({ 'langfuse.session.id': 'user_a_conv' })
  })

  test('makes no spans with OTEL_SDK_DISABLED=true', async () => {
    const folder = application({
      'main.mjs': `${WORK}; console.log(trace.getTracer('x').startSpan('x').isRecording())`,
    })
    const { output } = await run(folder, [...REGISTER, 'main.mjs'], { OTEL_SDK_DISABLED: 'true' })
    expect(output).toBe('false\n')
    expect(arrived()).toEqual([])
  })

  test.each([
    ['alone', ''],
    ['with registerSessions', 'registerSessions()'],
  ])('propagates contexts with OTEL_SDK_DISABLED=true: %s', async (_how, call) => {
    const program = `
      import { trace } from '@opentelemetry/api'
      import { getSession, registerSessions, usingSession } from 'otel-sessions'
      ${call}
      await usingSession('user_a_conv', async () => { await 0; console.log(getSession()?.sessionId) })`
    const folder = application({ 'main.mjs': program })
    const { output } = await run(folder, [...REGISTER, 'main.mjs'], { OTEL_SDK_DISABLED: 'true' })
    expect(output).toBe('user_a_conv\n')
  })

  test('with OTEL_SDK_DISABLED=true leaves a provider that is registered, and its context manager, alone', async () => {
    const folder = application(
      {
        'main.mjs': `${OWN_PROVIDER}
          const isSet = context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
          console.log(isSet, trace.setGlobalTracerProvider(provider))
          usingSession('user_a_conv', () => tracer.startSpan('work').end())
          await provider.forceFlush()`,
      },
      ...SDK,
    )
    const variables = { OTEL_SDK_DISABLED: 'true', OTEL_LOG_LEVEL: 'warn' }
    expect((await run(folder, [...REGISTER, 'main.mjs'], variables)).output).toMatch(/^true true\n/)
    expect(arrived()).toEqual(['work: undefined'])
  })

  test('with registerSessions in its code: that one makes the spans, with its options', async () => {
    const program = WORK.replace('{ usingSession }', '{ langfuse, registerSessions, usingSession }')
    const folder = application({
      'main.mjs': program.replace('const work', 'registerSessions({ backends: [langfuse] })\n$&'),
    })
    expect(await run(folder, [...REGISTER, 'main.mjs'])).toEqual({ code: 0, signal: null, output: '' })
    expect(arrived()).toEqual(['work: user_a_conv'])
    expect(attributesOf('work')).toMatchObject({ 'langfuse.session.id': 'user_a_conv' })
  })
})

describe('a provider that is registered in code', () => {
  test('makes the spans of tracers that were made before; none is lost that began before', async () => {
    const folder = application(
      {
        'main.mjs': `${OWN_PROVIDER}
          usingSession('user_a_conv', () => tracer.startSpan('before').end())
          const open = usingSession('user_a_conv', () => tracer.startSpan('open'))
          context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
          console.log(trace.setGlobalTracerProvider(provider))
          usingSession('user_b_conv', () => tracer.startSpan('after').end())
          open.end()
          await provider.forceFlush()`,
      },
      ...SDK,
    )
    expect(await run(folder, [...REGISTER, 'main.mjs'])).toMatchObject({ code: 0, output: 'true\n' })
    expect(arrived().sort()).toEqual(['after: user_b_conv', 'before: user_a_conv', 'open: user_a_conv'])
    expect(attributesOf('before')).not.toHaveProperty('by')
    expect(attributesOf('after')).toHaveProperty('by', 'theirs')
  })

  test('gets backends and backfill by the environment', async () => {
    const folder = application(
      {
        'main.mjs': `${OWN_PROVIDER}
          trace.setGlobalTracerProvider(provider)
          tracer.startActiveSpan('root', (root) => {
            usingSession('user_a_conv', () => tracer.startSpan('inside').end())
            tracer.startSpan('beside').end()
            root.end()
          })
          await provider.forceFlush()`,
      },
      ...SDK,
    )
    await run(folder, [...REGISTER, 'main.mjs'], { OTEL_SESSIONS_BACKENDS: 'langfuse' })
    expect(arrived().sort()).toEqual(['beside: user_a_conv', 'inside: user_a_conv', 'root: user_a_conv'])
    expect(attributesOf('beside')).toMatchObject({ 'langfuse.session.id': 'user_a_conv' })
  })

  test('works as without us if joining it throws, and that is said once', async () => {
    const folder = application(
      {
        // Its second processor is none, which throws in the application, with us and without.
        'main.mjs': `${OWN_PROVIDER}
          provider._activeSpanProcessor._spanProcessors.push({ onStart() {}, async forceFlush() {} })
          console.log(trace.setGlobalTracerProvider(provider))
          usingSession('user_a_conv', () => { try { tracer.startSpan('work').end() } catch {} })
          await provider.forceFlush()
          const silent = { error() {}, info() {}, debug() {}, verbose() {} }
          diag.setLogger({ ...silent, warn: console.log })`,
      },
      ...SDK,
    )
    const { code, output } = await run(folder, [...REGISTER, 'main.mjs'])
    expect(code).toBe(0)
    expect(output).toMatch(/^true\n/)
    expect(output.match(/joining the provider that was registered throws \(TypeError\)/g)).toHaveLength(1)
    expect(output).toMatch(/\[join:failed\] Warning: .*spanProcessors: sessionProcessors/)
    expect(arrived()).toEqual(['work: undefined'])
  })
})

describe('variables beside a provider of another SDK', () => {
  const JOINED = `${OWN_PROVIDER}
    diag.setLogger({ error() {}, warn: (...message) => console.log(...message), info() {}, debug() {}, verbose() {} })
    console.log(trace.setGlobalTracerProvider(provider))
    usingSession('user_a_conv', () => tracer.startSpan('work').end())
    await provider.forceFlush()`

  test('that only the other SDK reads are no problem here', async () => {
    const folder = application({ 'main.mjs': JOINED }, ...SDK)
    const { output } = await run(folder, [...REGISTER, 'main.mjs'], {
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_TRACES_SAMPLER: 'xray',
      OTEL_PROPAGATORS: 'b3',
      OTEL_NODE_RESOURCE_DETECTORS: 'aws',
      OTEL_BSP_MAX_QUEUE_SIZE: '4096',
      OTEL_CONFIG_FILE: 'otel.yaml',
    })
    expect(output).not.toMatch(/is ignored/)
    expect(arrived()).toEqual(['work: user_a_conv'])
  })

  test('that ask this package for delivery are said to have no effect, once', async () => {
    const folder = application({ 'main.mjs': JOINED }, ...SDK)
    const variables = { OTEL_SESSIONS_DIRECTORY: join(folder, 'journal'), OTEL_SESSIONS_BACKENDS: 'langfuse' }
    const { output } = await run(folder, [...REGISTER, 'main.mjs'], variables)
    expect(output.match(/OTEL_SESSIONS_\w+ is ignored: [^,]*/g)).toEqual([
      'OTEL_SESSIONS_DIRECTORY is ignored: the registered provider is of another SDK',
    ])
  })

  test('that have no effect on its own sessionProcessors are said, once each', async () => {
    const program = JOINED.replace('[marking, exporting]', 'sessionProcessors([exporting])')
    const folder = application(
      { 'main.mjs': program.replace('{ usingSession }', '{ sessionProcessors, usingSession }') },
      ...SDK,
    )
    const variables = { OTEL_SESSIONS_BACKFILL: 'false', OTEL_SESSIONS_BACKENDS: 'langfuse' }
    const { output } = await run(folder, [...REGISTER, 'main.mjs'], variables)
    expect(output.match(/OTEL_SESSIONS_\w+ is ignored: .* its own sessionProcessors/g)).toHaveLength(2)
  })

  test('of this package that do not exist are named, with those that do', async () => {
    const folder = application({ 'main.mjs': JOINED }, ...SDK)
    const { output } = await run(folder, [...REGISTER, 'main.mjs'], { OTEL_SESSIONS_BACKEND: 'secret' })
    expect(output).toMatch(
      /OTEL_SESSIONS_BACKEND is ignored: there is no such variable; there are OTEL_SESSIONS_BACKENDS, /,
    )
    expect(output).not.toMatch(/secret/)
  })
})

describe('a process without instrumentations', () => {
  const SERVE = `
    import { once } from 'node:events'
    import http from 'node:http'
    const serve = async (handle) => {
      const server = http.createServer((request, response) => response.end(handle())).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const get = () => new Promise((resolve) => {
        http.get({ port: server.address().port, host: '127.0.0.1' }, (response) => response.resume().on('end', resolve))
      })
      await get()
      await get()
      server.close()
    }`
  const FETCH = 'await (await fetch(process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)).text()'
  const REMEDY = 'npm install @opentelemetry/instrumentation-http'

  test.each([
    ['has served a request', `${SERVE}; await serve(() => 'answer')`],
    ['has called fetch', `${FETCH}; ${FETCH}`],
    [
      'has entered a session',
      "import { usingSession } from 'otel-sessions'; usingSession('user_a_conv', () => {})",
    ],
  ])('that %s and made no span is told once why there is none', async (what, program) => {
    const { code, output } = await run(application({ 'main.mjs': program }), [...REGISTER, 'main.mjs'])
    expect(code).toBe(0)
    expect(output.match(/Warning: .*/g)).toEqual([expect.stringContaining(REMEDY)])
    expect(output).toContain(`[instrumentation:none] Warning: otel-sessions/register: this process ${what}`)
  })

  test.each([
    ['is a tool, such as a compiler', 'console.log(1 + 1)', '2\n'],
    [
      'makes the spans of its requests by itself',
      `${WORK}; ${SERVE}; await serve(() => usingSession('user_a_conv', () => work('answer')))`,
      '',
    ],
    [
      'has a provider of its own',
      `${OWN_PROVIDER}; ${SERVE}; trace.setGlobalTracerProvider(provider); await serve(() => 'answer'); await provider.shutdown()`,
      '',
    ],
  ])('that %s is left alone', async (_, program, expected) => {
    const folder = application({ 'main.mjs': program }, ...SDK)
    expect(await run(folder, [...REGISTER, 'main.mjs'])).toMatchObject({ code: 0, output: expected })
  })

  test('is told at once at OTEL_LOG_LEVEL=info', async () => {
    const folder = application({ 'main.mjs': 'process.exit()' })
    const { output } = await run(folder, [...REGISTER, 'main.mjs'], { OTEL_LOG_LEVEL: 'info' })
    expect(output).toContain(REMEDY)
    expect(output).not.toContain('Warning')
  })

  test('for the library that calls models is told which one to install', async () => {
    const manifest = JSON.stringify({
      dependencies: { '@opentelemetry/instrumentation-http': '*', openai: '*' },
    })
    const folder = application(
      { 'package.json': manifest, 'main.mjs': FETCH, 'tool.mjs': 'console.log(1)' },
      '@opentelemetry/instrumentation-http',
    )
    const { output } = await run(folder, [...REGISTER, 'main.mjs'])
    expect(output.match(/\[instrumentation:none\] Warning: .*/g)).toEqual([
      expect.stringContaining('for openai, whose calls make no spans: "npm install @arizeai/'),
    ])
    expect((await run(folder, [...REGISTER, 'tool.mjs'])).output).toBe('1\n')
  })

  test('is told nothing with OTEL_SESSIONS_AUTO_INSTRUMENT=false', async () => {
    const folder = application({ 'main.mjs': FETCH })
    const variables = { OTEL_SESSIONS_AUTO_INSTRUMENT: 'false' }
    expect(await run(folder, [...REGISTER, 'main.mjs'], variables)).toMatchObject({ code: 0, output: '' })
  })
})

describe('an installed instrumentation that the application has, too', () => {
  const HTTP = '@opentelemetry/instrumentation-http'
  const UNDICI = '@opentelemetry/instrumentation-undici'
  const BASE = '@opentelemetry/instrumentation'
  const WITH = {
    registerSessions: 'registerSessions({ instrumentations: [instrumentation] })',
    registerInstrumentations: 'registerInstrumentations({ instrumentations: [instrumentation] })',
  }
  const program = (how: string, name: string, className: string, request: string) => `
    import { registerInstrumentations } from '@opentelemetry/instrumentation'
    import { ${className} } from '${name}'
    import { registerSessions, usingSession } from 'otel-sessions'
    const instrumentation = new ${className}()
    ${how}
    const main = async () => {
      const { default: http } = await import('node:http')
      const server = http.createServer((request, response) => {
        console.log(request.headers.traceparent?.length)
        response.end()
      })
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
      const url = 'http://127.0.0.1:' + server.address().port
      await usingSession('user_a_conv', () => ${request})
      server.close()
    }
    main()`
  const GET = 'new Promise((resolve) => http.get(url, (response) => response.resume().on("end", resolve)))'

  test.each([
    ['registerSessions', 'main.mjs'],
    ['registerInstrumentations', 'main.mjs'],
    ['registerSessions', 'main.cjs'],
    ['registerInstrumentations', 'main.cjs'],
  ] as const)('makes no span twice, and loses none: %s, %s', async (how, file) => {
    const text = program(WITH[how], HTTP, 'HttpInstrumentation', GET)
    // What is required was patched for the installed one only: the other never reaches it.
    const required = asCommonJs(text).replace(
      "await import('node:http')",
      "{ default: require('node:http') }",
    )
    const folder = application({ [file]: file === 'main.cjs' ? required : text }, HTTP, BASE)
    const { output } = await run(folder, [...REGISTER, file])
    expect(output).toBe('55\n')
    expect(arrived().sort()).toEqual(['GET: undefined', 'GET: user_a_conv'])
  })

  test('writes no header twice', async () => {
    const text = program(WITH.registerInstrumentations, UNDICI, 'UndiciInstrumentation', 'fetch(url)')
    const folder = application({ 'main.mjs': text }, UNDICI, BASE)
    const { output } = await run(folder, [...REGISTER, 'main.mjs'])
    expect(output).toBe('55\n')
    expect(arrived()).toEqual(['GET: user_a_conv'])
  })

  test('is not there: those that are installed stop beside an undeclared SDK, which is said with the remedy', async () => {
    const folder = application(
      { 'main.mjs': `${OWN_PROVIDER}; trace.setGlobalTracerProvider(provider)` },
      UNDICI,
      ...SDK,
    )
    const { output } = await run(folder, [...REGISTER, 'main.mjs'], { OTEL_LOG_LEVEL: 'info' })
    expect(
      output.match(/an instrumentation that is installed makes spans only if .*Pass them/g),
    ).toHaveLength(1)
  })

  const ASKED = 'registerInstrumentations({ instrumentations: [new HttpInstrumentation()] })'
  const GIVEN =
    'registerInstrumentations({ instrumentations: [new HttpInstrumentation()], tracerProvider: provider })'
  const OF_FETCH = 'registerInstrumentations({ instrumentations: [new UndiciInstrumentation()] })'
  const SET = 'trace.setGlobalTracerProvider(provider)'

  test.each(
    (
      [
        ['has its instrumentations after its provider', `${SET}; ${ASKED}`, 5],
        ['has its instrumentations before its provider', `${ASKED}; ${SET}`, 5],
        ['gives its instrumentations its provider', `${GIVEN}; ${SET}`, 5],
        ['has chosen another instrumentation', `${OF_FETCH}; ${SET}`, 1],
      ] as const
    ).flatMap((each) => ['main.cjs', 'main.mjs'].map((file) => [...each, file] as const)),
  )(
    'beside an undeclared SDK that %s: no span is lost or doubled (%s; %i spans; %s)',
    async (_, how, spans, file) => {
      const text = `${OWN_PROVIDER}
      import { registerInstrumentations } from '${BASE}'
      import { HttpInstrumentation } from '${HTTP}'
      import { UndiciInstrumentation } from '${UNDICI}'
      ${how}
      const main = async () => {
        const { default: http } = await import('node:http')
        const server = http.createServer((request, response) => response.end())
        await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
        const url = 'http://127.0.0.1:' + server.address().port
        for (const user of ['user_a', 'user_b']) await usingSession(user, () => ${GET})
        await fetch(url)
        server.close()
        await provider.forceFlush()
      }
      main()`
      const required = asCommonJs(text).replace(
        "await import('node:http')",
        "{ default: require('node:http') }",
      )
      const folder = application(
        { [file]: file === 'main.cjs' ? required : text },
        HTTP,
        UNDICI,
        BASE,
        ...SDK,
      )
      const made = async (flags: string[]) => {
        const before = arrived().length
        expect(await run(folder, [...flags, file])).toMatchObject({ code: 0, output: '' })
        return arrived().length - before
      }
      expect(await made(REGISTER)).toBe(spans)
      // Without us, instrumentations do not reach what an ES module imports.
      if (file === 'main.cjs') expect(await made([])).toBe(spans)
    },
  )
})

describe("an instrumentation of a model's library beside another SDK", () => {
  const NAME = '@arizeai/openinference-instrumentation-model'
  const files = {
    'package.json': JSON.stringify({ dependencies: { [NAME]: '*', '@opentelemetry/sdk-trace-base': '*' } }),
    [`node_modules/${NAME}/package.json`]:
      '{ "exports": { "import": "./index.mjs", "require": "./index.js" } }',
    [`node_modules/${NAME}/index.js`]: `
      const { trace } = require('@opentelemetry/api')
      exports.ModelInstrumentation = class { tracer = trace.getTracer('${NAME}') }`,
    [`node_modules/${NAME}/index.mjs`]: `
      import { trace } from '@opentelemetry/api'
      export class ModelInstrumentation { tracer = trace.getTracer('${NAME}') }`,
    'tool.mjs': 'console.log(1)',
  }
  const CONSTRUCT = `const { ModelInstrumentation } = await import('${NAME}'); new ModelInstrumentation()`
  const SET = 'trace.setGlobalTracerProvider(provider)'
  const FETCH = 'await (await fetch(process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)).text()'
  const warned = async (program: string, flags = REGISTER) => {
    const folder = application(
      { ...files, 'main.mjs': program, 'pre.mjs': `${OWN_PROVIDER}; ${CONSTRUCT}; ${SET}` },
      ...SDK,
    )
    const { code, output } = await run(folder, [...flags, 'main.mjs'])
    expect(code).toBe(0)
    return output.match(/\[instrumentation:\S+\] Warning: .*/g)
  }

  test.each([
    ['with the first request', `${OWN_PROVIDER}; ${SET}; ${FETCH}; ${CONSTRUCT}; ${FETCH}`],
    [
      'at the end of a process with sessions',
      `${OWN_PROVIDER}; ${SET}; usingSession('user_a_conv', () => {})`,
    ],
  ])('that nobody constructs is named once, with the remedy: %s', async (_, program) => {
    expect(await warned(program)).toEqual([
      expect.stringMatching(
        /instrumentation:unregistered.*openinference-instrumentation-model.*manuallyInstrument/,
      ),
    ])
  })

  test.each([
    ['before the provider', `${OWN_PROVIDER}; ${CONSTRUCT}; ${SET}; ${FETCH}`],
    ['after the provider', `${OWN_PROVIDER}; ${SET}; ${CONSTRUCT}; ${FETCH}`],
    [
      'as CommonJS',
      `import { createRequire } from 'node:module'; ${OWN_PROVIDER}; ${SET}; createRequire(import.meta.url)('${NAME}'); ${FETCH}`,
    ],
  ])('that the application constructs is no problem: %s', async (_, program) => {
    expect(await warned(program)).toBeNull()
  })

  test('that a file constructs which is loaded before is no problem', async () => {
    expect(await warned(FETCH, ['--import', './pre.mjs', ...REGISTER])).toBeNull()
  })

  test('is no problem with OTEL_SESSIONS_AUTO_INSTRUMENT=false', async () => {
    const folder = application({ ...files, 'main.mjs': `${OWN_PROVIDER}; ${SET}; ${FETCH}` }, ...SDK)
    const variables = { OTEL_SESSIONS_AUTO_INSTRUMENT: 'false' }
    expect((await run(folder, [...REGISTER, 'main.mjs'], variables)).output).not.toContain('instrumentation')
  })

  test('is no problem of a process that registers no provider', async () => {
    expect(await warned(FETCH)).toBeNull()
  })

  test('is not registered by OTEL_SESSIONS_AUTO_INSTRUMENT=true either, and the log says why', async () => {
    const program = `${OWN_PROVIDER}
      diag.setLogger({ error() {}, warn: (...message) => console.log(...message), info() {}, debug() {}, verbose() {} })
      ${CONSTRUCT}; ${SET}`
    const folder = application({ ...files, 'main.mjs': program }, ...SDK)
    const ignored = async (value: string) => {
      const { output } = await run(folder, [...REGISTER, 'main.mjs'], {
        OTEL_SESSIONS_AUTO_INSTRUMENT: value,
      })
      return output.match(/OTEL_SESSIONS_AUTO_INSTRUMENT is ignored: .* of another SDK/g)
    }
    expect(await ignored('TRUE')).toHaveLength(1)
    expect(await ignored('false')).toBeNull()
  })
})

describe('what cannot be done', () => {
  test.each([
    [
      'of Sentry 11',
      'class SentryTracerProvider',
      '',
      /SentryTracerProvider has no span processors.* enableOpenTelemetrySetup/,
    ],
    [
      'of dd-trace',
      'class TracerProvider',
      "globalThis[Symbol.for('dd-trace')] = {}",
      /dd-trace passes its spans on to nobody.* OTLP/,
    ],
    [
      'of an unknown class',
      'class Vendor',
      '',
      /processors of the registered provider \(Vendor\) are out of reach/,
    ],
  ])(
    'is said once, with a remedy, of a provider %s; its tracers are used',
    async (_whose, className, more, said) => {
      const folder = application({
        'main.mjs': `
        import { trace } from '@opentelemetry/api'
        const tracer = { startSpan: (name) => console.log(name) }
        const provider = new (${className} { getTracer() { return tracer } })()
        ${more}
        trace.setGlobalTracerProvider(provider)
        trace.getTracer('app').startSpan('work')`,
      })
      const { code, output } = await run(folder, [...REGISTER, 'main.mjs'])
      expect(code).toBe(0)
      expect(output).toMatch(/^work\n/)
      expect(output.match(/\[join:unreachable\] Warning: .*/g)).toEqual([expect.stringMatching(said)])
    },
  )

  test('is said, if what is registered with the API is frozen; the application runs', async () => {
    const folder = application({
      'before.mjs': `
        import { diag } from '@opentelemetry/api'
        const silent = { error() {}, warn() {}, info() {}, debug() {}, verbose() {} }
        diag.setLogger({ ...silent, warn: console.log })
        Object.freeze(globalThis[Symbol.for('opentelemetry.js.api.1')])`,
      'main.mjs': "console.log('runs')",
    })
    const { code, output } = await run(folder, ['--import', './before.mjs', ...REGISTER, 'main.mjs'])
    expect(code).toBe(0)
    expect(output).toMatch(/is frozen, so no provider can be joined/)
    expect(output).toMatch(/runs/)
  })

  test.each([
    ['on the command line', [...REGISTER, ...REGISTER], ''],
    ['by both flags', [...REGISTER, '--require=otel-sessions/register'], ''],
    ['on the command line and in NODE_OPTIONS', REGISTER, '--import otel-sessions/register'],
  ])('twice, %s: it is said once, and spans are not doubled', async (_where, flags, NODE_OPTIONS) => {
    const folder = application({ 'main.mjs': WORK })
    const { output } = await run(folder, [...flags, 'main.mjs'], { NODE_OPTIONS })
    expect(output.match(/\[register:twice\] Warning/g)).toHaveLength(1)
    expect(arrived()).toEqual(['work: user_a_conv'])
  })

  test('twice by the test runner of Node, which repeats the flags of each test file, is no problem', async () => {
    const program = `import test from 'node:test'; test('works', () => {})`
    const folder = application({ 'main.test.mjs': program })
    const { code, output } = await run(folder, ['--test', ...REGISTER, 'main.test.mjs'])
    expect(code).toBe(0)
    expect(output).toContain('works')
    expect(output).not.toContain('register:twice')
  })

  test('twice, from two copies: the second does nothing but say so', async () => {
    const copy = JSON.stringify(new URL('../../dist/join/index.js', import.meta.url).href)
    const folder = application({ 'main.mjs': `import { register } from ${copy}; register(); ${WORK}` })
    const { output } = await run(folder, [...REGISTER, 'main.mjs'])
    expect(output.match(/Warning: .*/g)).toEqual([expect.stringContaining('it is loaded twice')])
    expect(arrived()).toEqual(['work: user_a_conv'])
  })

  test('on a Node that cannot load the packages, is said once, and the application runs', async () => {
    const folder = application({ 'main.mjs': "console.log('runs')" })
    const flags = ['--no-experimental-require-module', ...REGISTER]
    const { code, output } = await run(folder, [...flags, 'main.mjs'])
    expect(code).toBe(0)
    expect(output).toMatch(/^runs\n/)
    expect(
      output.match(/\[register:not-loaded\] Warning: .*it needs Node 20\.19, 22\.12, or a later version/g),
    ).toHaveLength(1)
  })

  test('is said, if there are two versions of the API and no SDK; the application runs', async () => {
    const folder = application({
      'main.mjs': "console.log('runs')",
      [join('other', 'node_modules/@opentelemetry/api/package.json')]: '{ "version": "1.4.0" }',
      'other/main.mjs': "console.log('runs')",
    })
    const { code, output } = await run(folder, [...REGISTER, 'other/main.mjs'])
    expect(code).toBe(0)
    expect(output).toMatch(
      /nothing is set up: several versions of @opentelemetry\/api are installed \(1\.\d+\.\d, 1\.4\.0\)/,
    )
    expect(output).toMatch(/runs/)
  })
})
