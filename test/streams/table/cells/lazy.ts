// What starts when it is awaited or subscribed to.

import { wordsInTime } from '../bodies.ts'
import { type Cell, cell, cells, KEPT, NEEDS_BINDING } from '../cell.ts'
import { byAwait, byForAwait } from '../consumers.ts'
import { work } from '../telemetry.ts'

/** As query builders have it. */
class Query<T> implements PromiseLike<T> {
  readonly #ask: () => T
  constructor(ask: () => T) {
    this.#ask = ask
  }
  where(): this {
    return this
  }
  related(): Query<T> {
    return new Query(this.#ask)
  }
  async exec(): Promise<T> {
    work('body')
    await Promise.resolve()
    work('body')
    return this.#ask()
  }
  // biome-ignore lint/suspicious/noThenProperty: query builders have it
  then<R = T, E = never>(
    ok?: ((value: T) => R | PromiseLike<R>) | null,
    failed?: ((error: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.exec().then(ok, failed)
  }
}

const rows = () => new Query(() => ['row'])

const observable = () => ({
  '@@observable': () => {},
  async subscribe(next: () => void) {
    work('body')
    await Promise.resolve()
    work('body')
    next()
  },
})

export const LAZY: Cell[] = [
  ...cells<Query<string[]>>(
    'query builder, or other thenable that starts when it is awaited',
    (bind) => bind(rows()),
    {
      'by await': byAwait,
      '`exec()`': (made, each) => byAwait(made.exec(), each),
      'refined by a method that returns it': (made, each) => byAwait(made.where(), each),
    },
    KEPT,
  ),
  cell({
    shape: 'query builder, by another query that its method makes',
    consumed: 'by await',
    make: (bind) => bind(rows()),
    consume: (made, each) => byAwait(made.related(), each),
    ...NEEDS_BINDING,
  }),
  cell({
    shape: 'thenable of a stream',
    consumed: 'by for await',
    make: (bind) => bind(new Query(wordsInTime)),
    consume: async (made, each) => byForAwait(await made, each),
    ...KEPT,
  }),
  cell({
    shape: 'frozen query builder',
    consumed: 'by await',
    make: (bind) => bind(Object.freeze(rows()) as Query<string[]>),
    consume: byAwait,
    ...NEEDS_BINDING,
  }),
  cell({
    shape: 'Observable',
    consumed: 'by subscribe',
    make: (bind) => bind(observable()),
    consume: (made, each) => made.subscribe(each),
    ...KEPT,
  }),
]
