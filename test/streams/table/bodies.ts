// Streams whose bodies do work that is observed: `body` for each item, `cleanup` when they are left.

import { work } from './telemetry.ts'

const WORDS = ['one', 'two', 'three'] as const

export function* words(): Generator<string> {
  try {
    for (const word of WORDS) {
      work('body')
      yield word
    }
  } finally {
    work('cleanup')
  }
}

export async function* wordsInTime(): AsyncGenerator<string> {
  try {
    for (const word of WORDS) {
      work('body')
      await Promise.resolve()
      work('body')
      yield word
    }
  } finally {
    work('cleanup')
  }
}

/** A web stream that does its work when it is asked for an item. */
export function webWords(): ReadableStream<Uint8Array> {
  return new ReadableStream(wordSource())
}

/** The same, but it reads nothing ahead. */
export function lazyWebWords(): ReadableStream<Uint8Array> {
  return new ReadableStream(wordSource(), { highWaterMark: 0 })
}

function wordSource(): UnderlyingDefaultSource<Uint8Array> {
  const left: string[] = [...WORDS]
  const encoder = new TextEncoder()
  return {
    async pull(controller) {
      work('body')
      await Promise.resolve()
      work('body')
      const word = left.shift()
      if (word === undefined) controller.close()
      else controller.enqueue(encoder.encode(word))
    },
    cancel: () => work('cleanup'),
  }
}
