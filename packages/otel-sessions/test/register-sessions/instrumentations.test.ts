import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { metrics, type TracerProvider, trace } from '@opentelemetry/api'
import type { InstrumentationLike } from 'otel-sessions'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { findInstrumentations } from '../../src/register-sessions/instrumentations/find.ts'
import type { InstrumentationLog } from '../../src/register-sessions/instrumentations/instrumentation.ts'
import { installInstrumentation } from '../join/support.ts'
import { arrived, endSpan, register, useCollector } from './support.ts'

useCollector()

/** An instrumentation as the base class of OpenTelemetry makes them, which records what is called. */
function fakeInstrumentation(given: Partial<InstrumentationLike> = {}) {
  const calls: string[] = []
  let provider: TracerProvider | undefined
  return {
    calls,
    instrumentationName: 'fake',
    enable: () => void calls.push('enable'),
    setTracerProvider: (set: TracerProvider) => {
      calls.push('setTracerProvider')
      provider = set
    },
    startSpan: (name: string) => provider?.getTracer('fake').startSpan(name).end(),
    ...given,
  }
}

describe('instrumentations that are passed', () => {
  test('make spans of the registered provider', async () => {
    const [one, two, three] = [fakeInstrumentation(), fakeInstrumentation(), fakeInstrumentation()]
    const telemetry = register({ instrumentations: [one, [two, three]] })
    for (const each of [one, two, three]) each.startSpan('of an instrumentation')
    expect(await arrived(telemetry, 'of an instrumentation')).toHaveLength(3)
  })

  test('get a meter provider, because some fail in the calls of the application without one', () => {
    const setMeterProvider = vi.fn()
    register({ instrumentations: [fakeInstrumentation({ setMeterProvider })] })
    expect(setMeterProvider).toHaveBeenCalledExactlyOnceWith(metrics.getMeterProvider())
  })

  test.each([
    ['are not enabled again, which would make every span twice', { enabled: true }, ['setTracerProvider']],
    ['are enabled if they were constructed disabled', { enabled: false }, ['setTracerProvider', 'enable']],
    ['are not enabled if they do not say', undefined, ['setTracerProvider']],
  ])('%s', (_, config, calls) => {
    const one = fakeInstrumentation(config && { getConfig: () => config })
    register({ instrumentations: [one] })
    expect(one.calls).toEqual(calls)
  })

  test("change Node's modules also for what has imported them before", () => {
    const { required, restore } = watchRequire()
    onTestFinished(restore)
    const getModuleDefinitions = () => [{ name: 'http' }, { name: 'node:https' }, { name: 'express' }, {}]
    register({ instrumentations: [fakeInstrumentation({ getModuleDefinitions })] })
    // Others are of LangChain.
    expect(required.filter((name) => name !== 'p-queue')).toEqual(['http', 'node:https'])
  })

  test('that throw are logged once with their name, without the text of the error; the others work', async () => {
    const warnings = collectWarnings()
    const fails = (method: string) =>
      fakeInstrumentation({
        instrumentationName: `fails-in-${method}`,
        [method]: () => {
          throw Object.assign(new RangeError('secret_value'), { code: 'ERR_CODE' })
        },
      })
    const works = fakeInstrumentation()
    const telemetry = register({
      instrumentations: [
        fails('setTracerProvider'),
        fails('setMeterProvider'),
        fails('getModuleDefinitions'),
        works,
      ],
    })
    works.startSpan('beside those that fail')
    endSpan('of the application')
    expect(await arrived(telemetry, 'beside those that fail')).toHaveLength(1)
    const failures = warnings.filter((each) => each.includes('does not instrument'))
    expect(failures).toHaveLength(3)
    expect(failures[0]).toContain('fails-in-setTracerProvider does not instrument')
    expect(failures[0]).toContain('(RangeError, ERR_CODE)')
    expect(failures.join()).not.toContain('secret_value')
  })

  test('with OTEL_SDK_DISABLED are left as they are', () => {
    vi.stubEnv('OTEL_SDK_DISABLED', 'true')
    const one = fakeInstrumentation()
    register({ instrumentations: [one] })
    expect(one.calls).toEqual([])
  })

  test('beside the provider of somebody else are left as they are', () => {
    collectWarnings()
    trace.setGlobalTracerProvider({ getTracer: () => trace.getTracer('app') })
    const one = fakeInstrumentation()
    register({ instrumentations: [one] })
    expect(one.calls).toEqual([])
  })
})

function recordLog() {
  const informed: string[] = []
  const warned: string[] = []
  const log: InstrumentationLog = {
    inform: (message) => informed.push(message),
    warn: (code, message) => warned.push(`${code} ${message}`),
    none: (message) => warned.push(message),
    preload: './telemetry.mjs',
  }
  return { log, informed, warned }
}

/** Records what is required, as instrumentations do. */
function watchRequire() {
  const { prototype } = createRequire(import.meta.url)('node:module')
  const original = prototype.require
  const required: string[] = []
  prototype.require = function (name: string) {
    required.push(name)
    return original.call(this, name)
  }
  return { required, restore: () => Object.assign(prototype, { require: original }) }
}

describe('instrumentations that are installed', () => {
  const HTTP = '@opentelemetry/instrumentation-http'
  const PG = '@opentelemetry/instrumentation-pg'
  const OPENAI = '@arizeai/openinference-instrumentation-openai'
  const ALL = '@opentelemetry/auto-instrumentations-node'

  /** A module with an instrumentation, and more that is none. */
  const moduleOf = (name: string, className = 'SomeInstrumentation') => `
    class ${className} {
      constructor() { this.instrumentationName = '${name}' }
      enable() {}
      setTracerProvider() {}
    }
    class Tool { enable() {} }
    class NoInstrumentation {}
    module.exports = { ${className}, Tool, NoInstrumentation, SomeInstrumentationConfig: {}, version: '1' }`

  /** An application with files; those of a package are under its name. */
  function application(files: Readonly<Record<string, string>>, main = 'main.js') {
    const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-installed-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path.startsWith('@') ? `node_modules/${path}/index.js` : path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    return createRequire(join(folder, main))
  }

  const namesIn = (require: NodeJS.Require, given: InstrumentationLike[] = []) =>
    findInstrumentations([require], given)
      .map(({ instrumentationName }) => instrumentationName)
      .sort()

  const manifest = (...names: string[]) =>
    JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, '*'])) })

  test('are those that the package.json names', () => {
    const require = application({
      'package.json': JSON.stringify({
        dependencies: { [HTTP]: '*', express: '*' },
        devDependencies: { [PG]: '*' },
        optionalDependencies: { [OPENAI]: '*' },
      }),
      [HTTP]: moduleOf(HTTP),
      [PG]: moduleOf(PG),
      [OPENAI]: moduleOf(OPENAI, 'OpenAIInstrumentation'),
      '@opentelemetry/instrumentation-of-a-dependency': moduleOf('of-a-dependency'),
      '@opentelemetry/instrumentation': moduleOf('the base'),
    })
    expect(namesIn(require)).toEqual([OPENAI, HTTP, PG])
  })

  test('in a workspace, those of the packages above count, too', () => {
    const files = {
      'package.json': manifest(HTTP),
      'apps/shop/package.json': manifest(PG),
      [HTTP]: moduleOf(HTTP),
      [PG]: moduleOf(PG),
    }
    expect(namesIn(application(files, 'apps/shop/src/main.js'))).toEqual([HTTP, PG])
  })

  test('without such names, are those in node_modules', () => {
    const files = {
      [HTTP]: moduleOf(HTTP),
      '@traceloop/instrumentation-x': moduleOf('x'),
      '@arizeai/other': 'throw 1',
    }
    expect(namesIn(application(files))).toEqual([HTTP, 'x'])
    expect(namesIn(application({ 'package.json': manifest('express'), ...files }))).toEqual([HTTP, 'x'])
  })

  test('a dependency of the development that is not there is no problem', () => {
    const warnings = collectWarnings()
    const files = { 'package.json': manifest(HTTP, PG), [HTTP]: moduleOf(HTTP) }
    expect(namesIn(application(files))).toEqual([HTTP])
    expect(warnings).toEqual([])
  })

  test('a package that fails to load is logged once with its name, and the others are loaded', () => {
    const warnings = collectWarnings()
    const require = application({
      'package.json': manifest(HTTP, PG, OPENAI),
      [HTTP]: `throw new Error('secret_value')`,
      [PG]: `require('missing')`,
      [OPENAI]: moduleOf(OPENAI),
    })
    expect(namesIn(require)).toEqual([OPENAI])
    expect(namesIn(require)).toEqual([OPENAI])
    expect(warnings).toEqual([
      expect.stringContaining(`${HTTP} does not instrument: loading or starting it throws (Error)`),
      expect.stringContaining(
        `${PG} does not instrument: loading or starting it throws (Error, MODULE_NOT_FOUND)`,
      ),
    ])
    expect(warnings.join()).not.toContain('secret_value')
  })

  test('those that are passed are not loaded a second time', () => {
    const files = { 'package.json': manifest(HTTP, PG), [HTTP]: 'throw 1', [PG]: moduleOf(PG) }
    expect(namesIn(application(files), [fakeInstrumentation({ instrumentationName: HTTP })])).toEqual([PG])
  })

  test('auto-instrumentations-node brings its own; those are not loaded a second time, nor those that are passed', () => {
    const warnings = collectWarnings()
    const all = `exports.getNodeAutoInstrumentations = (configs) => {
      if (configs['passed'].enabled !== false) throw new Error('enabled')
      return [{ instrumentationName: '${HTTP}', enable() {}, setTracerProvider() {} }]
    }`
    const files = {
      'package.json': manifest(HTTP, ALL, PG),
      [HTTP]: 'throw 1',
      [ALL]: all,
      [PG]: moduleOf(PG),
    }
    expect(namesIn(application(files), [fakeInstrumentation({ instrumentationName: 'passed' })])).toEqual([
      HTTP,
      PG,
    ])
    expect(warnings).toEqual([])
  })

  test('can be chosen by the variables of auto-instrumentations-node', () => {
    const UNDICI = '@opentelemetry/instrumentation-undici'
    const files = {
      'package.json': manifest(HTTP, PG, UNDICI, OPENAI),
      ...Object.fromEntries([HTTP, PG, UNDICI, OPENAI].map((name) => [name, moduleOf(name)])),
    }
    const require = application(files)
    vi.stubEnv('OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'pg')
    expect(namesIn(require)).toEqual([OPENAI, HTTP, UNDICI])
    vi.stubEnv('OTEL_NODE_ENABLED_INSTRUMENTATIONS', 'http, pg')
    expect(namesIn(require)).toEqual([OPENAI, HTTP])
  })

  test('a hook for imports that fails, or is of another version, does no harm', () => {
    const warnings = collectWarnings()
    const files = {
      'package.json': manifest(HTTP),
      [HTTP]: moduleOf(HTTP),
      '@opentelemetry/instrumentation': '',
    }
    const hook = 'node_modules/import-in-the-middle/register-hooks.mjs'
    for (const text of ["throw new Error('no hook')", 'export {}', undefined]) {
      const require = application(text === undefined ? files : { ...files, [hook]: text })
      expect(namesIn(require)).toEqual([HTTP])
    }
    expect(warnings).toEqual([])
  })

  test('with manuallyInstrument patch the ES modules that are imported, until one imports the instrumentation', async () => {
    const warnings = collectWarnings()
    const name = '@traceloop/instrumentation-model'
    const require = application({
      'package.json': manifest(name),
      [name]: `
        exports.ModelInstrumentation = class {
          patched = []
          instrumentationName = '${name}'
          _modules = [{ name: 'model' }, { name: 'model/dist/part.cjs' }, {}]
          enable() {}
          setTracerProvider() {}
          manuallyInstrument() {}
          disable() { throw new RangeError('secret_value') }
          _onRequire(definition, exports, name, folder) {
            this.patched.push([definition.name, Object.keys(exports), name, require('node:path').basename(folder)])
            if (name !== 'model') throw new RangeError('secret_value')
          }
        }`,
      'node_modules/model/package.json': '{ "type": "module", "exports": "./main.js" }',
      'node_modules/model/main.js': `export { part } from './dist/part.js'; export const model = 1`,
      'node_modules/model/dist/part.js': `export const part = 1`,
      'main.mjs': `import 'model'; await import('${name}')`,
      'load.cjs': `module.exports = () => import('./main.mjs')`,
    })
    const [found] = findInstrumentations([require], []) as unknown as [{ patched: unknown[] }]
    // By Node, and not by the module loader of the tests.
    const loader = './load.cjs'
    await require(loader)()
    expect(found.patched).toEqual([
      ['model/dist/part.cjs', ['part'], 'model/dist/part.cjs', 'model'],
      ['model', ['model', 'part'], 'model', 'model'],
    ])
    expect(warnings).toEqual([expect.stringContaining(`${name} does not instrument`)])
    expect(warnings.join()).not.toContain('secret_value')
  })

  test("OpenTelemetry's is left out beside one for LLMs of the same library, and what is used is logged at INFO", () => {
    const OFFICIAL = '@opentelemetry/instrumentation-openai'
    const { log, informed, warned } = recordLog()
    const files = Object.fromEntries([HTTP, OFFICIAL, OPENAI].map((name) => [name, moduleOf(name)]))
    const require = application({ 'package.json': manifest(HTTP, OFFICIAL, OPENAI), ...files })
    const names = findInstrumentations([require], [], log).map((each) => each.instrumentationName)
    expect(names).toEqual([HTTP, OPENAI])
    expect(informed).toEqual([
      `registers the instrumentations that are installed: ${HTTP}, ${OPENAI}`,
      expect.stringContaining(`leaves ${OFFICIAL} out: ${OPENAI} changes the same library`),
    ])
    expect(warned).toEqual([])
  })

  test('that are not there are logged once with what to install, unless the application passes some', () => {
    const warnings = collectWarnings()
    const none = application({ 'package.json': manifest('express') })
    findInstrumentations([none], [fakeInstrumentation()])
    expect(warnings).toEqual([])
    findInstrumentations([none], [])
    findInstrumentations([], [])
    expect(warnings).toEqual([expect.stringContaining('npm install @opentelemetry/instrumentation-http')])
  })

  describe('of which none is for a library that calls models', () => {
    const ANTHROPIC = '@anthropic-ai/sdk'
    const files = (given: object) => ({
      'package.json': JSON.stringify({ dependencies: { [HTTP]: '*' }, ...given }),
      [HTTP]: moduleOf(HTTP),
    })
    const warnedOf = (given: object, ...passed: InstrumentationLike[]) => {
      const { log, warned } = recordLog()
      findInstrumentations([application(files(given))], passed, log)
      return warned
    }
    const uses = { optionalDependencies: { openai: '*', [ANTHROPIC]: '*' } }

    test('are logged with the libraries, and with what to install', () => {
      expect(warnedOf(uses)).toEqual([
        'no instrumentation is installed for openai, @anthropic-ai/sdk, whose calls make no spans: "npm install @arizeai/openinference-instrumentation-openai @arizeai/openinference-instrumentation-anthropic"',
      ])
    })

    test('are no problem for what is passed, and for what the environment leaves out', () => {
      vi.stubEnv('OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'anthropic')
      const passed = fakeInstrumentation({ getModuleDefinitions: () => [{ name: 'openai' }] })
      expect(warnedOf(uses, passed)).toEqual([])
    })

    test('are no problem for what only the development uses', () => {
      expect(warnedOf({ devDependencies: { openai: '*' } })).toEqual([])
    })

    test('are no problem if it is installed and cannot be loaded, which is logged', () => {
      const { log, warned } = recordLog()
      const failing = { ...files({}), 'package.json': manifest('openai', OPENAI), [OPENAI]: 'throw 1' }
      findInstrumentations([application(failing)], [], log)
      expect(warned).toEqual([expect.stringMatching(`^instrumentation:failed ${OPENAI} does not instrument`)])
    })

    test('where there are only those that are passed', () => {
      const { log, warned } = recordLog()
      const require = application({ 'package.json': manifest('openai') })
      findInstrumentations([require], [fakeInstrumentation()], log)
      expect(warned).toEqual([expect.stringContaining(`"npm install ${OPENAI}"`)])
    })

    test('where there is none at all', () => {
      const { log, warned } = recordLog()
      findInstrumentations([application({ 'package.json': manifest('@langchain/core') })], [], log)
      expect(warned).toEqual([
        expect.stringMatching(
          /^no instrumentation is installed, .*-http @arizeai\/openinference-instrumentation-langchain"/,
        ),
      ])
    })
  })

  test('that the environment leaves out are no problem', () => {
    vi.stubEnv('OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'http')
    const { log, informed, warned } = recordLog()
    const require = application({ 'package.json': manifest(HTTP), [HTTP]: moduleOf(HTTP) })
    expect(findInstrumentations([require], [], log)).toEqual([])
    expect(informed).toEqual(['registers the instrumentations that are installed: none is chosen'])
    expect(warned).toEqual([])
  })

  describe('that no hook lets reach what ES modules import', () => {
    const UNDICI = '@opentelemetry/instrumentation-undici'
    const isNamed = (main: string, files: Readonly<Record<string, string>> = {}) => {
      const { log, warned } = recordLog()
      const definitions = (name: string) =>
        `module.exports.${name}Instrumentation.prototype.getModuleDefinitions = () =>`
      const require = application({
        'package.json': manifest(HTTP, PG, UNDICI, '@scope/pg'),
        [UNDICI]: `${moduleOf(UNDICI, 'UndiciInstrumentation')};${definitions('Undici')} [{ name: 'below-another' }]`,
        [HTTP]: `${moduleOf(HTTP, 'HttpInstrumentation')};${definitions('Http')} [{ name: 'http' }]`,
        [PG]: `${moduleOf(PG, 'PgInstrumentation')};${definitions('Pg')} [{ name: '@scope/pg/part.js' }]`,
        'main.mjs': '',
        'main.cjs': '',
        'main.js': '',
        'esm/package.json': '{ "type": "module" }',
        'esm/src/main.js': '',
        ...files,
      })
      const [node = '', script = ''] = process.argv
      const [folder = ''] = require.resolve.paths('./') ?? []
      process.argv[1] = join(folder, main)
      onTestFinished(() => void process.argv.splice(0, 2, node, script))
      findInstrumentations([require], [], log)
      return warned
    }

    test.each(['main.mjs', 'esm/src/main.js', 'esm/src/main'])(
      'are named with the remedy, if the main script is an ES module (%s)',
      (main) => {
        expect(isNamed(main)).toEqual([
          expect.stringMatching(
            /^instrumentation:unreachable .* of [^ ]+-pg, unless you call their manuallyInstrument/,
          ),
        ])
      },
    )

    test.each(['main.cjs', 'main.js', 'not-there.mjs'])('are no problem otherwise (%s)', (main) => {
      expect(isNamed(main)).toEqual([])
    })

    test.runIf('registerHooks' in nodeModule)('are no problem if they patch what is imported', () => {
      const patches = `${moduleOf(PG, 'PgInstrumentation')};Object.assign(module.exports.PgInstrumentation.prototype, {
        getModuleDefinitions: () => [{ name: '@scope/pg' }],
        manuallyInstrument() {},
        _onRequire() {},
      })`
      expect(isNamed('main.mjs', { [PG]: patches })).toEqual([])
    })

    test('are no problem where the hook is there', () => {
      const hook = 'node_modules/import-in-the-middle/register-hooks.mjs'
      const files = { '@opentelemetry/instrumentation': '', [hook]: 'export const register = () => {}' }
      expect(isNamed('main.mjs', files)).toEqual([])
    })
  })

  test('the working directory is looked into if the main script has none', () => {
    const none = application({})
    const some = application({ 'package.json': manifest(HTTP), [HTTP]: moduleOf(HTTP) })
    expect(findInstrumentations([none, some], [])).toHaveLength(1)
    expect(findInstrumentations([none], [])).toEqual([])
    expect(findInstrumentations([], [])).toEqual([])
  })
})

test('instrumentations that are installed make spans again after a second set-up, as when a server reloads its code', async () => {
  const installed = installInstrumentation()
  await register({ autoInstrument: true }).shutdown()
  trace.disable()
  const telemetry = register({ autoInstrument: true })
  installed.startSpan('after the reload').end()
  expect(await arrived(telemetry, 'after the reload')).toHaveLength(1)
})
