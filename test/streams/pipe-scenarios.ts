// Ways in which a pipe can end, and everything that can be seen of it from outside.

import { bodyIsWaiting } from './support.ts'

export type Bind = (stream: ReadableStream<string>) => ReadableStream<string>

interface Played {
  readonly from: UnderlyingDefaultSource<string>
  readonly to: UnderlyingSink<string>
  readonly strategy?: QueuingStrategy
  /** The signal is aborted on the way. */
  readonly aborts?: boolean
  /** Brings about what the pipe is about to meet. */
  readonly act?: (ends: {
    source: ReadableStreamDefaultController
    sink: WritableStreamDefaultController
  }) => void
}

type Scenario = () => Played

const words = (): UnderlyingDefaultSource<string> => {
  const left = ['one', 'two', 'three']
  return {
    pull(controller) {
      const word = left.shift()
      if (word === undefined) controller.close()
      else controller.enqueue(word)
    },
  }
}

const failsAtTwo = (): UnderlyingSink<string> => ({
  write: (word) => (word === 'two' ? Promise.reject(new Error('full')) : undefined),
})

export const SCENARIOS: Record<string, Scenario> = {
  'everything goes well': () => ({ from: words(), to: {} }),
  'it fails while it is read': () => {
    let pulls = 0
    return {
      from: {
        pull(controller) {
          if (pulls++ > 1) throw new Error('model is down')
          controller.enqueue(`word ${pulls}`)
        },
      },
      to: {},
    }
  },
  'it fails while nobody reads, because what it is piped to is full': () => ({
    from: {},
    to: {},
    strategy: { highWaterMark: 0 },
    act: ({ source }) => source.error(new Error('model is down')),
  }),
  'it ends while nobody reads, because what it is piped to is full': () => ({
    from: {},
    to: {},
    strategy: { highWaterMark: 0 },
    act: ({ source }) => source.close(),
  }),
  'it ends with its last words waiting to be read': () => ({
    from: {
      start(controller) {
        for (const word of ['one', 'two', 'three']) controller.enqueue(word)
        controller.close()
      },
    },
    to: {},
  }),
  'what it is piped to fails to write': () => ({ from: words(), to: failsAtTwo() }),
  'what it is piped to fails by itself': () => ({
    from: {},
    to: {},
    act: ({ sink }) => sink.error(new Error('full')),
  }),
  'what it is piped to fails to close': () => ({
    from: words(),
    to: { close: () => Promise.reject(new Error('not closed')) },
  }),
  'it cannot be cancelled': () => ({
    from: { ...words(), cancel: () => Promise.reject(new Error('not cancelled')) },
    to: failsAtTwo(),
  }),
  'it is aborted by a signal': () => ({ from: {}, to: {}, aborts: true }),
  'it had failed before': () => ({
    from: { start: (controller) => controller.error(new Error('model is down')) },
    to: {},
  }),
  'it had ended before': () => ({ from: { start: (controller) => controller.close() }, to: {} }),
}

const EITHER = [false, true]

/** Every combination. */
export const OPTIONS: StreamPipeOptions[] = EITHER.flatMap((preventAbort) =>
  EITHER.flatMap((preventCancel) =>
    EITHER.map((preventClose) => ({ preventAbort, preventCancel, preventClose })),
  ),
)

/** Plays a scenario, and returns everything observable. */
export async function happened(
  scenario: Scenario,
  options: StreamPipeOptions,
  bind: Bind,
): Promise<Record<string, unknown>> {
  const { from, to, strategy, act, aborts } = scenario()
  const seen: Record<string, unknown> = { written: [] as string[] }
  const ends: Record<string, unknown> = {}
  const underlying: UnderlyingDefaultSource<string> = {
    ...from,
    start(controller) {
      ends['source'] = controller
      from.start?.(controller)
    },
    cancel(reason) {
      seen['cancelled'] = String(reason)
      return from.cancel?.(reason)
    },
  }
  const sink: UnderlyingSink<string> = {
    start(controller) {
      ends['sink'] = controller
    },
    write(word, controller) {
      ;(seen['written'] as string[]).push(word)
      return to.write?.(word, controller)
    },
    close() {
      seen['closed'] = true
      return to.close?.()
    },
    abort(reason) {
      seen['aborted'] = String(reason)
    },
  }
  const source = bind(new ReadableStream(underlying, { highWaterMark: 0 }))
  const writable = new WritableStream(sink, strategy)
  const controller = new AbortController()
  const piped = source.pipeTo(writable, { ...options, signal: controller.signal }).then(
    (value) => ['resolves', value],
    (error) => ['rejects', String(error)],
  )
  await bodyIsWaiting()
  act?.(ends as never)
  if (aborts) controller.abort(new Error('user left'))
  seen['outcome'] = await piped
  seen['locked'] = [source.locked, writable.locked]
  await bodyIsWaiting()
  const reader = source.getReader()
  // What is left of it can still be read, where the pipe left it open.
  const rest = reader.read().then(
    (result) => result,
    (error) => String(error),
  )
  seen['rest'] = await Promise.race([rest, bodyIsWaiting('nothing yet')])
  return seen
}
