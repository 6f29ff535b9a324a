import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { processState } from '@otel-sessions/semconv/internal'

/** What an instrumentation would make a span of, by the channel of Node that tells it. */
const SIGNS: readonly (readonly [channel: string, what: string])[] = [
  // Not its start: the application may make a span of its own for it.
  ['http.server.response.finish', 'has served a request'],
  ['undici:request:create', 'has called fetch'],
]

/**
 * Waits for the first thing of which an instrumentation would make a span, and tells if something is wrong by then. A flag
 * in `NODE_OPTIONS` reaches package managers, compilers and their children, which need no instrumentation: they are to
 * hear nothing. Costs nothing from then on. Never throws, and does not keep the process alive.
 *
 * @param isRight whether there is nothing to tell
 * @param tell is called at most once, with what the process has done: `has served a request`
 */
export function watchForWork(isRight: () => boolean, tell: (what: string) => void): void {
  const decide = (what: string) => {
    stop()
    try {
      if (!isRight()) tell(what)
    } catch {
      // The application's request goes on.
    }
  }
  const listeners = SIGNS.map(([channel, what]): [string, ChannelListener] => [channel, () => decide(what)])
  const atEnd = () => {
    if (processState().hasScopes) decide('has entered a session')
  }
  const stop = () => {
    for (const each of listeners) unsubscribe(...each)
    process.off('beforeExit', atEnd)
  }
  for (const each of listeners) subscribe(...each)
  process.on('beforeExit', atEnd)
}
