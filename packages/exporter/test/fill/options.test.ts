import { SessionSpanExporter } from '@otel-sessions/exporter'
import { describe, expect, it } from 'vitest'
import { ManualExporter } from '../support.ts'

const withOption = (fillFromTrace: unknown) => () =>
  new SessionSpanExporter(new ManualExporter(), { fillFromTrace } as never)

describe('option fillFromTrace', () => {
  it.each([
    [true],
    [false],
    [undefined],
    [{}],
    [{ holdMillis: 1 }],
    [{ holdMillis: 2 ** 31 - 1, maxSpans: 50_000 }],
    [{ holdMillis: undefined, maxSpans: undefined }],
  ])('takes %o', (option) => {
    expect(withOption(option)).not.toThrow()
  })

  it.each([
    ['on', TypeError, 'option fillFromTrace must be a boolean or an object, it is a string of 2 characters'],
    [null, TypeError, 'option fillFromTrace must be a boolean or an object, it is null'],
    [[], TypeError, 'option fillFromTrace must be a boolean or an object, it is an array'],
    [
      { holdMs: 1 },
      TypeError,
      'option fillFromTrace: there is no option "holdMs"; the options are holdMillis, maxSpans',
    ],
    [
      { holdMillis: 0 },
      RangeError,
      'option fillFromTrace.holdMillis must be a whole number from 1 to 2147483647, it is 0',
    ],
    [{ holdMillis: Infinity }, RangeError, 'it is Infinity'],
    [{ holdMillis: '5' }, RangeError, 'it is a string of 1 characters'],
    [
      { maxSpans: 1.5 },
      RangeError,
      'option fillFromTrace.maxSpans must be a whole number from 1 to 50000, it is 1.5',
    ],
  ])('refuses %o', (option, kind, message) => {
    expect(withOption(option)).toThrow(kind)
    expect(withOption(option)).toThrow(message)
  })
})
