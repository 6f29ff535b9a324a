import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { expect, test } from 'vitest'

const delegate = { export() {}, async shutdown() {} }
const processor = (options: unknown) => () => new SessionSpanProcessor(options as never)
const exporter = (options: unknown) => () => new SessionSpanExporter(delegate, options as never)

const NO_KEY = { key: 'thread_id', in: 'metadata-json' }
const NO_ALIASES = [null, 7, 'session.id', {}, [''], [7], [null], [{}], [{ key: 'a', in: 'else' }], [NO_KEY]]
const NO_LENGTHS = [null, 0, -1, 200, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '64', 64n, {}]
const NO_MILLIS = [null, 0, -1, 1.5, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY, '1000', true]

const WRONG: [what: string, make: (options: unknown) => () => unknown, option: string, values: unknown[]][] =
  [
    ['SessionSpanProcessor', processor, 'onOverwrite', [null, '', 'Restore', true, 1, {}]],
    ['SessionSpanProcessor', processor, 'inferFromChildren', [null, 0, 'true', {}]],
    ['SessionSpanProcessor', processor, 'aliases', NO_ALIASES],
    ['SessionSpanProcessor', processor, 'maxLength', NO_LENGTHS],
    ['SessionSpanExporter', exporter, 'aliases', NO_ALIASES],
    ['SessionSpanExporter', exporter, 'maxLength', NO_LENGTHS],
    ['SessionSpanExporter', exporter, 'dialects', [null, 7, 'langfuse', {}, ['nope'], ['']]],
    ['SessionSpanExporter', exporter, 'exportTimeoutMillis', NO_MILLIS],
    ['SessionSpanExporter', exporter, 'shutdownTimeoutMillis', NO_MILLIS],
  ]

for (const [what, make, option, values] of WRONG) {
  test(`a wrong ${option} is refused when a ${what} is made, by name`, () => {
    for (const value of values) {
      expect(make({ [option]: value }), String(JSON.stringify(typeof value))).toThrow(
        `${what}: option ${option} `,
      )
    }
    expect(make({ [option]: undefined })).not.toThrow()
  })

  test(`a refused ${option} of ${what} is not repeated in the message`, () => {
    expect(make({ [option]: 'a secret value' })).not.toThrow(/secret/)
  })
}

test('options that are no object are refused', () => {
  for (const options of [null, 7, 'restore', true]) {
    expect(processor(options)).toThrow('SessionSpanProcessor: options ')
    expect(exporter(options)).toThrow('SessionSpanExporter: options ')
  }
})

test('what is no span exporter is refused', () => {
  for (const wrong of [undefined, null, {}, { export() {} }, { shutdown() {} }, () => {}, 'console']) {
    expect(() => new SessionSpanExporter(wrong as never)).toThrow('SessionSpanExporter: the first argument ')
  }
})

test('a misspelt option is refused, by its name', () => {
  expect(processor({ maxlength: 64 })).toThrow(
    'SessionSpanProcessor: there is no option "maxlength"; the options are onOverwrite, inferFromChildren, aliases, maxLength',
  )
  expect(exporter({ exportTimeout: 1 })).toThrow('SessionSpanExporter: there is no option "exportTimeout"; ')
})
