import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { application, run, spans, useProcesses } from '../processes.ts'

useProcesses()

/** In this order they are loaded; the second requires the module that it patches. */
const PACKAGES = [
  '@langchain/core',
  '@arizeai/openinference-instrumentation-langchain',
  'openai',
  '@arizeai/openinference-instrumentation-openai',
]

/** Two users at once. */
const USERS = `['user_a_conv', 'user_b_conv'].map((user) => usingSession(user, async () => await ask(user)))`

const OPENAI_PROGRAM = `
  import OpenAI from 'openai'
  import { usingSession } from 'otel-sessions'
  const answer = { choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' } }] }
  const openai = new OpenAI({ apiKey: 'none', fetch: async () => Response.json(answer) })
  const ask = (user) => openai.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: user }] })
  Promise.all(${USERS})
`
const LANGCHAIN_PROGRAM = `
  import { RunnableLambda } from '@langchain/core/runnables'
  import { usingSession } from 'otel-sessions'
  const step = RunnableLambda.from(async (input) => input)
  const ask = (user) => step.invoke(user)
  Promise.all(${USERS})
`
const asCommonJs = (program: string) => program.replace(/import (.*) from ('.*')/g, 'const $1 = require($2)')

const PRELOADED = `import { registerSessions } from 'otel-sessions'; registerSessions({ autoInstrument: true })`
const REGISTER = 'otel-sessions/register'

/** Whether each span has the session of the user whose text it has. */
const sessions = () =>
  spans().map(({ name, attributes }) => {
    const isOwn = String(attributes['input.value']).includes(String(attributes['session.id']))
    return `${name}: ${isOwn ? attributes['session.id'] : 'wrong'}`
  })

const COMPLETIONS = ['OpenAI Chat Completions: user_a_conv', 'OpenAI Chat Completions: user_b_conv']
const STEPS = ['RunnableLambda: user_a_conv', 'RunnableLambda: user_b_conv']

describe('installed instrumentations of LLM libraries', () => {
  test.each([
    ['OpenAI', 'main.mjs', REGISTER, OPENAI_PROGRAM, COMPLETIONS],
    ['OpenAI', 'main.cjs', REGISTER, asCommonJs(OPENAI_PROGRAM), COMPLETIONS],
    ['OpenAI', 'main.mjs', './pre.mjs', OPENAI_PROGRAM, COMPLETIONS],
    ['OpenAI', 'main.cjs', './pre.mjs', asCommonJs(OPENAI_PROGRAM), COMPLETIONS],
    ['LangChain', 'main.mjs', REGISTER, LANGCHAIN_PROGRAM, STEPS],
    ['LangChain', 'main.cjs', REGISTER, asCommonJs(LANGCHAIN_PROGRAM), STEPS],
    ['LangChain', 'main.mjs', './pre.mjs', LANGCHAIN_PROGRAM, STEPS],
    ['LangChain', 'main.cjs', './pre.mjs', asCommonJs(LANGCHAIN_PROGRAM), STEPS],
  ])(
    'make one span for each call, with the session of its user: %s, %s with --import %s',
    async (_, file, preload, program, expected) => {
      const folder = application({ [file]: program, 'pre.mjs': PRELOADED }, ...PACKAGES)
      const { code, output } = await run(folder, ['--import', preload, file])
      expect(code).toBe(0)
      // Nothing is said of LangChain's callbacks: its queue is bound before the first of them.
      expect(output).not.toContain('langchain')
      // OpenInference's package requires openai by itself, and works all the same.
      expect(output).not.toContain('loaded before')
      expect(sessions().sort()).toEqual(expected)
    },
  )

  const MANUAL_OPENAI = `
    import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
    new OpenAIInstrumentation().manuallyInstrument(OpenAI)
    ${OPENAI_PROGRAM}`
  const MANUAL_LANGCHAIN = `
    import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
    import * as callbacks from '@langchain/core/callbacks/manager'
    new LangChainInstrumentation().manuallyInstrument(callbacks)
    ${LANGCHAIN_PROGRAM}`
  const REQUIRED = (program: string) =>
    `import { createRequire } from 'node:module'
    ${program.replace(/import (.*) from ('@arizeai.*')/, 'const $1 = createRequire(import.meta.url)($2)')}`
  const LATE = (program: string) =>
    program.replace(/import (.*) from ('@arizeai.*')/, 'const $1 = await import($2)')

  test.each([
    ['OpenAI', 'by import', MANUAL_OPENAI, COMPLETIONS],
    ['OpenAI', 'by an import that comes late', LATE(MANUAL_OPENAI), COMPLETIONS],
    ['OpenAI', 'by require', REQUIRED(MANUAL_OPENAI), COMPLETIONS],
    ['LangChain', 'by import', MANUAL_LANGCHAIN, STEPS],
    ['LangChain', 'by an import that comes late', LATE(MANUAL_LANGCHAIN), STEPS],
    ['LangChain', 'by require', REQUIRED(MANUAL_LANGCHAIN), STEPS],
  ])(
    'make no span twice beside the same instrumentation in the code of an ES module: %s, %s',
    async (_, __, program, expected) => {
      const folder = application({ 'main.mjs': program }, ...PACKAGES)
      expect(await run(folder, ['--import', REGISTER, 'main.mjs'])).toMatchObject({ code: 0 })
      expect(sessions().sort()).toEqual(expected)
    },
  )

  test('make no span twice beside one that is passed', async () => {
    const program = `
      import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
      import { registerSessions } from 'otel-sessions'
      const instrumentation = new OpenAIInstrumentation()
      registerSessions({ autoInstrument: true, instrumentations: [instrumentation] })
      instrumentation.manuallyInstrument(OpenAI)
      ${OPENAI_PROGRAM}`
    const folder = application({ 'main.mjs': program }, ...PACKAGES)
    expect(await run(folder, ['main.mjs'])).toMatchObject({ code: 0 })
    expect(sessions().sort()).toEqual(COMPLETIONS)
  })

  /** An instrumentation of the package `model` that prints what it gets to patch, or throws. */
  const modelPackages = (onPatch: string) => ({
    'node_modules/model/package.json': '{ "version": "1.0.0", "type": "module", "exports": "./main.js" }',
    'node_modules/model/main.js': `export * from './class.js'; export const version = 1 // the last line`,
    'node_modules/model/class.js': `export class Model { ask() { return 'plain' } }`,
    'node_modules/@traceloop/instrumentation-model/index.js': `
      exports.ModelInstrumentation = class {
        instrumentationName = 'instrumentation-model'
        enable() {}
        setTracerProvider() {}
        manuallyInstrument() {}
        getModuleDefinitions() { return [{ name: 'model' }] }
        _onRequire(definition, exports, name, folder) { ${onPatch} }
      }`,
    'main.mjs': `import { Model } from 'model'; import * as again from 'model'; console.log(new again.Model().ask())`,
  })

  test('patch all that an ES module exports, once, by the version that its folder tells', async () => {
    const folder = application(
      modelPackages(`
        exports.Model.prototype.ask = () => 'patched'
        console.log(definition.name, Object.keys(exports).sort().join(), name, folder)`),
    )
    expect(await run(folder, ['--import', REGISTER, 'main.mjs'])).toMatchObject({
      code: 0,
      output: `model Model,version model ${join(folder, 'node_modules/model')}\npatched\n`,
    })
  })

  /** An instrumentation that does not fit its library, on the base class of OpenTelemetry. */
  const UNFIT = {
    ...modelPackages(''),
    'node_modules/@traceloop/instrumentation-model/index.js': `
      const base = require('@opentelemetry/instrumentation')
      const patch = (model) => { throw new TypeError('secret_value') }
      exports.ModelInstrumentation = class extends base.InstrumentationBase {
        constructor() { super('instrumentation-model', '1.0.0', {}) }
        init() { return new base.InstrumentationNodeModuleDefinition('model', ['>=1'], patch) }
        manuallyInstrument() {}
      }`,
    'node_modules/model/package.json':
      '{ "version": "1.0.0", "exports": { "import": "./main.mjs", "default": "./main.cjs" } }',
    'node_modules/model/main.mjs': `export class Model { ask() { return 'plain' } }`,
    'node_modules/model/main.cjs': `exports.Model = class { ask() { return 'plain' } }`,
    'main.cjs': `const { Model } = require('model'); require('model'); console.log(new Model().ask())`,
    'main.mjs': `import { Model } from 'model'; console.log(new Model().ask())`,
  }

  test.each(['main.cjs', 'main.mjs'])(
    'that do not fit their library leave it as it is, which is logged once: %s',
    async (file) => {
      const folder = application(UNFIT, '@opentelemetry/instrumentation')
      const { code, output } = await run(folder, ['--import', REGISTER, file])
      expect(code).toBe(0)
      expect(output).toMatch(/^plain$/m)
      expect(output.match(/instrumentation:failed\] Warning: .*/g)).toEqual([
        expect.stringContaining(
          'instrumentation-model does not instrument: changing model throws (TypeError)',
        ),
      ])
      expect(output).not.toContain('secret_value')
    },
  )

  test('that throw when they patch are logged, without the text of the error, and the application runs', async () => {
    const folder = application({
      ...modelPackages(`throw new RangeError('secret_value')`),
      'pre.mjs': PRELOADED,
    })
    const { code, output } = await run(folder, ['--import', './pre.mjs', 'main.mjs'])
    expect(code).toBe(0)
    expect(output).toContain('instrumentation-model does not instrument')
    expect(output).toContain('(RangeError)')
    expect(output).not.toContain('secret_value')
    expect(output).toMatch(/^plain$/m)
  })
})
