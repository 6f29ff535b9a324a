import { SessionSpanExporter } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { describe, expect, it } from 'vitest'
import { ManualExporter } from '../support.ts'

const withOption = (options: unknown) => () => backfill(options as never)
const inExporter = (option: unknown) => () =>
  new SessionSpanExporter(new ManualExporter(), { backfill: option } as never)

describe('backfill()', () => {
  it.each([
    [undefined],
    [{}],
    [{ maxWaitMillis: 1 }],
    [{ maxWaitMillis: 2 ** 31 - 1, maxSpans: 50_000 }],
    [{ maxWaitMillis: undefined, maxSpans: undefined }],
  ])('takes %o', (options) => {
    expect(inExporter(withOption(options)())).not.toThrow()
  })

  it.each([
    ['on', TypeError, 'backfill: options must be an object, they are a string of 2 characters'],
    [true, TypeError, 'backfill: options must be an object, they are a value of type boolean'],
    [null, TypeError, 'backfill: options must be an object, they are null'],
    [[], TypeError, 'backfill: options must be an object, they are an array'],
    [
      { holdMs: 1 },
      TypeError,
      'backfill: there is no option "holdMs"; the options are maxWaitMillis, maxSpans',
    ],
    [
      { maxWaitMillis: 0 },
      RangeError,
      'backfill: option maxWaitMillis must be a whole number from 1 to 2147483647, it is 0',
    ],
    [{ maxWaitMillis: Infinity }, RangeError, 'it is Infinity'],
    [{ maxWaitMillis: '5' }, RangeError, 'it is a string of 1 character'],
    [
      { maxSpans: 1.5 },
      RangeError,
      'backfill: option maxSpans must be a whole number from 1 to 50000, it is 1.5',
    ],
  ])('rejects %o', (options, kind, message) => {
    expect(withOption(options)).toThrow(kind)
    expect(withOption(options)).toThrow(message)
  })
})

describe('option backfill of an exporter', () => {
  it('may be undefined', () => {
    expect(inExporter(undefined)).not.toThrow()
  })

  it.each([
    [true, 'it is a value of type boolean'],
    [false, 'it is a value of type boolean'],
    [{}, 'it is a value of type object'],
    [{ maxSpans: 1 }, 'it is a value of type object'],
    ['on', 'it is a string of 2 characters'],
    [null, 'it is null'],
    [backfill, 'it is a value of type function'],
  ])('must be made by backfill(), not %o', (option, kind) => {
    expect(inExporter(option)).toThrow(TypeError)
    expect(inExporter(option)).toThrow(
      `SessionSpanExporter: option backfill must be made by backfill(), ${kind}: import { backfill } from '@otel-sessions/exporter/backfill'`,
    )
  })

  it('has a buffer of its own in each exporter', () => {
    const value = backfill()
    const exporters = [1, 2].map(() => new SessionSpanExporter(new ManualExporter(), { backfill: value }))
    expect(exporters.map((exporter) => exporter.stats().waiting)).toEqual([0, 0])
  })
})
