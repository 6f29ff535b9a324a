import { SpanStatusCode } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { stopTracing } from '../../../../../test/support/tracing.ts'
import { closed, readAll, readOne, SHAPES, startOne, webWords } from './stream-shapes.ts'

afterEach(stopTracing)

describe.each(SHAPES)('the span of a trace that returns %s', (_, make) => {
  it.each(['returned', 'resolved'])(
    'ends when that is read, and is the parent of spans inside: %s',
    async (how) => {
      const { session, tracer, isOver, one, named } = startOne()
      const onWord = (word: string) => tracer.startSpan(word).end()
      const made =
        how === 'returned'
          ? session.trace('turn', () => make(onWord))
          : await session.trace('turn', async () => make(onWord))
      expect(isOver()).toBe(false)
      expect(await readAll(made)).toEqual(['one', 'two'])
      await closed()
      expect(named('turn')).toHaveLength(1)
      expect(one('two').parentSpanContext?.spanId).toBe(one('turn').spanContext().spanId)
      expect(one('turn').status.code).toBe(SpanStatusCode.UNSET)
    },
  )

  it('ends when the loop over it is left', async () => {
    const { session, isOver, one } = startOne()
    await readOne(session.trace('turn', () => make(() => {})))
    await closed()
    expect(isOver()).toBe(true)
    expect(one('turn').status.code).toBe(SpanStatusCode.UNSET)
  })

  it('ends with the error of that', async () => {
    const { session, one } = startOne()
    const stream = session.trace('turn', () =>
      make(() => {
        throw new Error('broken')
      }),
    )
    await expect(readAll(stream)).rejects.toThrow('broken')
    await closed()
    expect(one('turn').status).toEqual({ code: SpanStatusCode.ERROR, message: 'broken' })
  })
})

describe('the span of a trace that returns a web stream', () => {
  it.each([
    ['is cancelled', (stream: ReadableStream) => stream.cancel()],
    ['is cancelled by its reader', (stream: ReadableStream) => stream.getReader().cancel()],
    ['is piped to its end', (stream: ReadableStream) => stream.pipeTo(new WritableStream())],
    ['is piped through', (stream: ReadableStream) => readAll(stream.pipeThrough(new TransformStream()))],
    ['is teed and read', (stream: ReadableStream) => Promise.all(stream.tee().map((one) => readAll(one)))],
  ])('ends when that %s', async (_, consume) => {
    const { session, isOver } = startOne()
    const stream = session.trace('turn', () => webWords(() => {}))
    expect(isOver()).toBe(false)
    await consume(stream)
    await closed()
    expect(isOver()).toBe(true)
  })

  it('ends when a reader has read all chunks, but not the end', async () => {
    const { session, isOver } = startOne()
    const stream = session.trace('turn', () => webWords(() => {}, 3))
    const reader = stream.getReader()
    await reader.read()
    await reader.read()
    await closed()
    expect(isOver()).toBe(true)
  })
})

describe('the span of a trace that returns a Response', () => {
  it.each([
    ['text', (response: Response) => response.text()],
    ['its body', (response: Response) => readAll(response.body?.pipeThrough(new TextDecoderStream()) ?? [])],
    [
      'text, beside a clone',
      (response: Response) => {
        response.clone()
        return response.text()
      },
    ],
    ['a clone alone', (response: Response) => response.clone().text()],
    ['a clone and the rest', (response: Response) => Promise.all([response.clone().text(), response.text()])],
  ])('ends when that is read as %s', async (_, consume) => {
    const { session, isOver } = startOne()
    const response = await session.trace(
      'turn',
      async () => new Response(webWords(() => {}).pipeThrough(new TextEncoderStream())),
    )
    expect(isOver()).toBe(false)
    await consume(response)
    await closed()
    expect(isOver()).toBe(true)
  })
})
