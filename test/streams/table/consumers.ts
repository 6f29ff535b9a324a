// The ways in which an application consumes a stream. Each is slower than the body; see `bodyIsWaiting`.

import type { Step } from './cell.ts'
import { bodyIsWaiting } from './telemetry.ts'

export function byForOf(stream: Iterable<unknown>, each: () => Step): void {
  for (const _ of stream) if (each() === 'stop') break
}

export async function byForAwait(stream: AsyncIterable<unknown>, each: () => Step): Promise<void> {
  await bodyIsWaiting()
  for await (const _ of stream) {
    if (each() === 'stop') break
    await bodyIsWaiting()
  }
}

export async function byNext(stream: AsyncIterator<unknown>, each: () => Step): Promise<void> {
  await bodyIsWaiting()
  while (!(await stream.next()).done) {
    if (each() === 'stop') {
      await stream.return?.()
      return
    }
    await bodyIsWaiting()
  }
}

export async function byReader(stream: ReadableStream<unknown>, each: () => Step): Promise<void> {
  const reader = stream.getReader()
  await bodyIsWaiting()
  while (!(await reader.read()).done) {
    if (each() === 'stop') {
      await reader.cancel()
      return
    }
    await bodyIsWaiting()
  }
}

export async function byAwait(made: PromiseLike<unknown>, each: () => Step): Promise<void> {
  await made
  each()
}

export async function byText(stream: ReadableStream<Uint8Array>, each: () => Step): Promise<void> {
  await bodyIsWaiting()
  await new Response(stream).text()
  each()
}

/** All chunks of a stream. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}
