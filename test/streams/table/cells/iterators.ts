import { usingSession } from '@otel-sessions/processor'
import { words, wordsInTime } from '../bodies.ts'
import { type Cell, cell, cells, type Each, KEPT, lost, NEEDS_BINDING } from '../cell.ts'
import { byForAwait, byForOf, byNext } from '../consumers.ts'
import { work } from '../telemetry.ts'

const leaving = (each: Each) => () => {
  each()
  return 'stop' as const
}

const throwing = (each: Each) => () => {
  each()
  throw new Error('the consumer has had enough')
}

async function byThrow(made: AsyncIterable<unknown>, each: Each): Promise<void> {
  await byForAwait(made, throwing(each)).catch(() => {})
}

async function* countTo(session: string) {
  for (let pull = 0; pull < 3; pull++) {
    work('body', session)
    yield await Promise.resolve(pull)
  }
}

export const ITERATORS: Cell[] = [
  ...cells(
    'generator',
    (bind) => bind(words()),
    {
      'by for of': byForOf,
      'left early': (made, each) => byForOf(made, leaving(each)),
    },
    KEPT,
  ),
  ...cells<AsyncGenerator<string>>(
    'async generator',
    (bind) => bind(wordsInTime()),
    {
      'by for await': byForAwait,
      'by next and return': byNext,
      'left early by break': (made, each) => byForAwait(made, leaving(each)),
      'left by a throw': byThrow,
    },
    KEPT,
  ),
  cell({
    shape: 'object with Symbol.asyncIterator',
    consumed: 'by for await',
    make: (bind) => bind({ [Symbol.asyncIterator]: wordsInTime }),
    consume: byForAwait,
    ...KEPT,
  }),
  cell({
    shape: 'a thousand async generators of a thousand sessions',
    consumed: 'pulled in turn',
    make: (bind) =>
      Array.from({ length: 1000 }, (_, i) =>
        usingSession(`sess_${i}_of_many`, () => bind(countTo(`sess_${i}_of_many`))),
      ),
    consume: async (made, each) => {
      for (let pull = 0; pull < 4; pull++) {
        await Promise.all(made.map((iterator) => iterator.next()))
        each()
      }
    },
    ...KEPT,
  }),
  cell({
    shape: 'object with Symbol.iterator that makes its items as they are asked for',
    consumed: 'by for of',
    make: (bind) => bind({ [Symbol.iterator]: words }),
    consume: byForOf,
    ...NEEDS_BINDING,
  }),
  cell({
    shape: 'frozen generator',
    consumed: 'by for await',
    make: (bind) => bind(Object.freeze(wordsInTime())),
    consume: byForAwait,
    ...lost('counted as `bind:rejected`; pass it on through a generator of your own'),
  }),
]
