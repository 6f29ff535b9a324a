import { describe, expect, test } from 'vitest'
import { application, arrived, run, useProcesses } from '../processes.ts'

useProcesses()

const GREETER = '@opentelemetry/instrumentation-greeter'
const REGISTER = 'otel-sessions/register'

/** An application with a library, `greeter`, which is both an ES module and CommonJS, and with its instrumentation. */
const files = {
  'package.json': JSON.stringify({ dependencies: { [GREETER]: '*', greeter: '*' } }),
  'node_modules/greeter/package.json': JSON.stringify({
    version: '1.0.0',
    exports: { import: './index.mjs', require: './index.cjs' },
  }),
  'node_modules/greeter/index.mjs': `await import('./part.mjs'); export const greet = () => 'hello'`,
  'node_modules/greeter/part.mjs': '',
  'node_modules/greeter/index.cjs': `exports.greet = () => 'hello'`,
  [`node_modules/${GREETER}/index.js`]: `
    const { InstrumentationBase, InstrumentationNodeModuleDefinition } = require('@opentelemetry/instrumentation')
    class GreeterInstrumentation extends InstrumentationBase {
      constructor() { super('${GREETER}', '1.0.0', {}) }
      init() {
        return [new InstrumentationNodeModuleDefinition('greeter', ['*'], (module) => {
          const { greet } = module
          this._wrap(module, 'greet', () => () => {
            this.tracer.startSpan('greet').end()
            return greet()
          })
          return module
        })]
      }
    }
    module.exports = { GreeterInstrumentation }`,
  'telemetry.mjs': `import { registerSessions } from 'otel-sessions'; registerSessions({ autoInstrument: true })`,
  'telemetry.cjs': `require('otel-sessions').registerSessions({ autoInstrument: true })`,
  'app.mjs': `import * as greeter from 'greeter'; import { usingSession } from 'otel-sessions'; usingSession('user_a_conv', () => greeter.greet())`,
  'app.cjs': `const greeter = require('greeter'); require('otel-sessions').usingSession('user_a_conv', () => greeter.greet())`,
}

/** Runs a program in that application, and returns what it prints. */
async function print(program: string, file: string, ...flags: string[]): Promise<string> {
  const folder = application({ ...files, [file]: program }, '@opentelemetry/instrumentation')
  const { code, output } = await run(folder, [...flags, file])
  expect(code).toBe(0)
  return output
}

const CALL = 'registerSessions({ autoInstrument: true })'
const IMPORTS = `import { registerSessions, usingSession } from 'otel-sessions'; import { greet } from 'greeter'`

describe('a set-up that comes too late for a library is told once, with the library and the remedy', () => {
  test.each([
    [
      'in an ES module, below its imports',
      'main.mjs',
      `${IMPORTS}; ${CALL}; usingSession('user_a_conv', greet)`,
    ],
    ['in a file that it imports first', 'main.mjs', `import './telemetry.mjs'; import './app.mjs'`],
    [
      'in an ES module that calls fetch and exits',
      'main.mjs',
      `${IMPORTS}; ${CALL}; greet(); await fetch(process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT); process.exit()`,
    ],
    ['after require', 'main.cjs', `require('greeter'); require('./telemetry.cjs'); require('./app.cjs')`],
  ])('%s', async (_, file, program) => {
    const output = await print(program, file)
    expect(output.match(/was loaded before its/g)).toHaveLength(1)
    expect(output).toMatch(/greeter.*"node --import \.\/telemetry\.mjs app\.mjs"/)
  })

  test('with the flag, where otel-sessions/register is imported in code', async () => {
    const output = await print(`import '${REGISTER}'; import './app.mjs'`, 'main.mjs')
    expect(output).toMatch(
      /\[instrumentation:too-late\] Warning: .*greeter.*"node --import otel-sessions\/register app\.mjs"/,
    )
  })
})

describe('a set-up that is early enough is told nothing, and the library makes its spans', () => {
  test.each([
    ['an ES module, by --import', files['app.mjs'], 'main.mjs', '--import', './telemetry.mjs'],
    ['an ES module, by --require', files['app.mjs'], 'main.mjs', '--require', './telemetry.cjs'],
    ['a CommonJS module, by --import', files['app.cjs'], 'main.cjs', '--import', './telemetry.mjs'],
    ['a CommonJS module, by --require', files['app.cjs'], 'main.cjs', '--require', './telemetry.cjs'],
    ['an ES module, by otel-sessions/register', files['app.mjs'], 'main.mjs', '--import', REGISTER],
    [
      'a CommonJS module that requires it first',
      `require('./telemetry.cjs'); require('./app.cjs')`,
      'main.cjs',
    ],
    [
      'an ES module that imports the application later',
      `import './telemetry.mjs'; await import('./app.mjs')`,
      'main.mjs',
    ],
    [
      'an ES module that requires the library later',
      `import './telemetry.mjs'; import { createRequire } from 'node:module'; createRequire(import.meta.url)('./app.cjs')`,
      'main.mjs',
    ],
  ])('%s', async (_, program, file, ...flags) => {
    expect(await print(program, file, ...flags)).toBe('')
    expect(arrived()).toEqual(['greet: user_a_conv'])
  })
})

describe('nothing is told', () => {
  test('of a preload, whatever the application does not use', async () => {
    const program = `import { usingSession } from 'otel-sessions'; usingSession('user_a_conv', () => {})`
    expect(await print(program, 'main.mjs', '--import', './telemetry.mjs')).toBe('')
  })

  test('of a library of which another part is changed', async () => {
    const instrumentation = 'node_modules/@opentelemetry/instrumentation-greeter/index.js' as const
    const changed = files[instrumentation].replace("Definition('greeter'", "Definition('greeter/part.cjs'")
    const program = `require('greeter'); require('./telemetry.cjs')`
    const folder = application(
      { ...files, [instrumentation]: changed, 'main.cjs': program },
      '@opentelemetry/instrumentation',
    )
    expect(await run(folder, ['main.cjs'])).toMatchObject({ code: 0, output: '' })
  })

  test('of a library whose instrumentation the application has loaded by itself', async () => {
    const program = `require('${GREETER}'); require('greeter'); require('./telemetry.cjs')`
    expect(await print(program, 'main.cjs')).toBe('')
  })
})
