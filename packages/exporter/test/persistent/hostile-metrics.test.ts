import { diag } from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { startEndpoint } from './endpoint.ts'
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
  ['throws instead of returning a meter', { getMeter: fail }],
  ['returns no meter', { getMeter: () => undefined }],
  ['creates no instruments', { getMeter: () => ({ ...meter, createHistogram: fail }) }],
  ['has instruments that throw', { getMeter: () => meter }],
  [
    'calls back with a result that throws',
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

test('whatever a meter provider does, spans are delivered, and its failure is logged once, without its message', async () => {
  const warnings = collectWarnings()
  for (const [name, meterProvider] of providers) {
    const { url, names } = await startEndpoint()
    const { end, processor } = startDelivery({ url, meterProvider: meterProvider as never })
    end(name)
    await processor.forceFlush()
    callback({ observe: fail })
    end('more')
    await processor.shutdown()
    expect(names()).toEqual([name, 'more'])
  }
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('option meterProvider failed (RangeError)')
  expect(warnings[0]).not.toContain('secret')
})
