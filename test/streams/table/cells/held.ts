// Values that contain or return a stream.

import { wordsInTime } from '../bodies.ts'
import { type Cell, cell, cells, KEPT, NEEDS_BINDING } from '../cell.ts'
import { byAwait, byForAwait } from '../consumers.ts'

/** Like the results of SDKs' streaming calls. */
class Answer {
  readonly #make = wordsInTime

  get words(): AsyncIterable<string> {
    return this.#make()
  }

  async stream(): Promise<AsyncIterable<string>> {
    return this.#make()
  }

  async text(): Promise<string> {
    let all = ''
    for await (const word of this.#make()) all += word
    return all
  }
}

class Lazy<T> extends Promise<T> {}

export const HELD: Cell[] = [
  cell({
    shape: 'Promise of a stream',
    consumed: 'by for await',
    make: (bind) => bind(Promise.resolve().then(wordsInTime)),
    consume: async (made, each) => byForAwait(await made, each),
    ...KEPT,
  }),
  cell({
    shape: 'subclass of Promise that has started, of a stream',
    consumed: 'by for await',
    make: (bind) => bind(Lazy.resolve(wordsInTime())),
    consume: async (made, each) => byForAwait(await made, each),
    ...NEEDS_BINDING,
  }),
  cell({
    shape: 'stream inside an array',
    consumed: 'by for await',
    make: (bind) => bind([wordsInTime()]),
    consume: async (made, each) => {
      for (const stream of made) await byForAwait(stream, each)
    },
    ...NEEDS_BINDING,
  }),
  cell({
    shape: 'stream inside a plain object',
    consumed: 'by for await',
    make: (bind) => bind({ answer: wordsInTime() }),
    consume: async ({ answer }, each) => byForAwait(answer, each),
    ...NEEDS_BINDING,
  }),
  ...cells(
    'object whose getters and methods give streams',
    (bind) => bind(new Answer()),
    {
      'by a getter': (made, each) => byForAwait(made.words, each),
      'by a method': async (made, each) => byForAwait(await made.stream(), each),
      'by a method that reads it all': (made, each) => byAwait(made.text(), each),
    },
    NEEDS_BINDING,
  ),
]
