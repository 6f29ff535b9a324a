import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { expect, test } from 'vitest'

const delegate = { export() {}, async shutdown() {} }
const processor = (options: unknown) => () => new SessionSpanProcessor(options as never)
const exporter = (options: unknown) => () => new SessionSpanExporter(delegate, options as never)

const INVALID_KEY = { key: 'thread_id', in: 'metadata-json' }
const INVALID_ALIASES = [
  null,
  7,
  'session.id',
  {},
  [''],
  [7],
  [null],
  [{}],
  [{ key: 'a', in: 'else' }],
  [INVALID_KEY],
]
const INVALID_LENGTHS = [null, 0, -1, 200, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '64', 64n, {}]
const INVALID_MILLIS = [null, 0, -1, 1.5, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY, '1000', true]

const WRONG: [what: string, make: (options: unknown) => () => unknown, option: string, values: unknown[]][] =
  [
    ['SessionSpanProcessor', processor, 'onOverwrite', [null, '', 'Restore', true, 1, {}]],
    ['SessionSpanProcessor', processor, 'inferFromChildren', [null, 0, 'true', {}]],
    ['SessionSpanProcessor', processor, 'aliases', INVALID_ALIASES],
    ['SessionSpanProcessor', processor, 'maxLength', INVALID_LENGTHS],
    ['SessionSpanExporter', exporter, 'aliases', INVALID_ALIASES],
    ['SessionSpanExporter', exporter, 'maxLength', INVALID_LENGTHS],
    ['SessionSpanExporter', exporter, 'backends', [null, 7, 'langfuse', {}]],
    ['SessionSpanExporter', exporter, 'backfill', [null, true, false, 'on', {}, []]],
    ['SessionSpanExporter', exporter, 'exportTimeoutMillis', INVALID_MILLIS],
    ['SessionSpanExporter', exporter, 'shutdownTimeoutMillis', INVALID_MILLIS],
  ]

for (const [what, make, option, values] of WRONG) {
  test(`an invalid option ${option} makes the constructor of ${what} throw an error that names it`, () => {
    for (const value of values) {
      expect(make({ [option]: value }), String(JSON.stringify(typeof value))).toThrow(
        `${what}: option ${option} `,
      )
    }
    expect(make({ [option]: undefined })).not.toThrow()
  })

  test(`the error about an invalid option ${option} of ${what} does not contain its value`, () => {
    expect(make({ [option]: 'a secret value' })).not.toThrow(/secret/)
  })
}

test('a wrong backend of a SessionSpanExporter throws, and the message names its index', () => {
  for (const value of ['nope', '', null, 7, {}]) {
    expect(exporter({ backends: [value] })).toThrow('SessionSpanExporter: option backends[0] ')
  }
})

test('options that are not an object throw', () => {
  for (const options of [null, 7, 'restore', true]) {
    expect(processor(options)).toThrow('SessionSpanProcessor: options ')
    expect(exporter(options)).toThrow('SessionSpanExporter: options ')
  }
})

test('a first argument that is not a span exporter throws', () => {
  for (const wrong of [undefined, null, {}, { export() {} }, { shutdown() {} }, () => {}, 'console']) {
    expect(() => new SessionSpanExporter(wrong as never)).toThrow('SessionSpanExporter: the first argument ')
  }
})

test('a misspelt option throws an error that names it', () => {
  expect(processor({ maxlength: 64 })).toThrow(
    'SessionSpanProcessor: there is no option "maxlength"; the options are onOverwrite, inferFromChildren, aliases, maxLength',
  )
  expect(exporter({ exportTimeout: 1 })).toThrow('SessionSpanExporter: there is no option "exportTimeout"; ')
})
