import type { Span, TracerProvider } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider as TracerProviderOfSdk,
} from '@opentelemetry/sdk-trace'
import { expect, test, vi } from 'vitest'
import { FollowingProvider, type SdkProvider } from '../../src/register-sessions/following-provider.ts'

function createProvider() {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProviderOfSdk({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  return { provider, names: () => exporter.getFinishedSpans().map(({ name }) => name) }
}

test('a tracer that was made before another provider took over makes its spans there', () => {
  const [first, second] = [createProvider(), createProvider()]
  let current: TracerProvider = first.provider
  const tracer = new FollowingProvider(() => current).getTracer('app', '1.0.0')
  const open = tracer.startSpan('began before')
  tracer.startSpan('before').end()
  current = second.provider
  tracer.startSpan('after').end()
  tracer.startActiveSpan('active', (span: Span) => span.end())
  open.end()
  expect(first.names()).toEqual(['before', 'began before'])
  expect(second.names()).toEqual(['after', 'active'])
})

test('a provider is asked for a tracer only once, with all that the application gave', () => {
  const { provider } = createProvider()
  const getTracer = vi.spyOn(provider, 'getTracer')
  const tracer = new FollowingProvider(() => provider).getTracer('app', '1.0.0', { schemaUrl: 'https://x' })
  tracer.startSpan('one').end()
  tracer.startSpan('two').end()
  expect(getTracer.mock.calls).toEqual([['app', '1.0.0', { schemaUrl: 'https://x' }]])
})

test('startActiveSpan takes its arguments in every form, and returns what the function returns', () => {
  const { provider, names } = createProvider()
  const tracer = new FollowingProvider(() => provider).getTracer('app')
  const end = (span: Span) => {
    span.end()
    return 'done'
  }
  expect(tracer.startActiveSpan('two', end)).toBe('done')
  expect(tracer.startActiveSpan('three', {}, end)).toBe('done')
  expect(names()).toEqual(['two', 'three'])
})

test('a flush and a shutdown reach every provider that made spans, and none is created for them', async () => {
  const made: SdkProvider[] = []
  const current = vi.fn(() => made[0] as TracerProvider)
  const following = new FollowingProvider(current, () => made)
  await following.forceFlush()
  expect(following.getDelegate().getTracer('x').startSpan('x').isRecording()).toBe(false)
  for (const { provider } of [createProvider(), createProvider()]) made.push(provider)
  const spies = made.flatMap((each) => [vi.spyOn(each, 'forceFlush'), vi.spyOn(each, 'shutdown')])
  expect(following.getDelegate()).toBe(made[1])
  await following.forceFlush()
  await following.shutdown()
  for (const spy of spies) expect(spy).toHaveBeenCalledOnce()
  expect(current).not.toHaveBeenCalled()
})
