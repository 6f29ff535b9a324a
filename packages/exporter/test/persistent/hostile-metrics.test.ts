import { diag } from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { startReceiver } from './receiver.ts'
import { startDelivery } from './support.ts'

afterEach(() => diag.disable())

const fail = () => {
  throw new RangeError('a secret')
}
const instrument = { add: fail, record: fail, observe: fail }
const make = () => instrument
const meter = {
  createUpDownCounter: make,
  createCounter: make,
  createHistogram: make,
  createObservableCounter: make,
  createObservableUpDownCounter: make,
  createObservableGauge: make,
  addBatchObservableCallback: fail,
  removeBatchObservableCallback: fail,
}
let callback: (result: { observe: () => void }) => void = () => {}

const providers: [string, unknown][] = [
  ['gives no meter', { getMeter: fail }],
  ['gives nothing for a meter', { getMeter: () => undefined }],
  ['makes no instruments', { getMeter: () => ({ ...meter, createHistogram: fail }) }],
  ['has instruments that throw', { getMeter: () => meter }],
  [
    'calls back with what throws',
    {
      getMeter: () => ({
        ...meter,
        addBatchObservableCallback(given: typeof callback) {
          callback = given
        },
      }),
    },
  ],
]

test('whatever a meter provider does, spans are delivered, and it is said once without its words', async () => {
  const warnings = collectWarnings()
  for (const [name, meterProvider] of providers) {
    const { url, names } = await startReceiver()
    const { end, processor } = startDelivery({ url, meterProvider: meterProvider as never })
    end(name)
    await processor.forceFlush()
    callback({ observe: fail })
    end('more')
    await processor.shutdown()
    expect(names()).toEqual([name, 'more'])
  }
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('the option "meterProvider" failed (RangeError)')
  expect(warnings[0]).not.toContain('secret')
})
