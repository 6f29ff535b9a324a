import { kindOf } from '@otel-sessions/semconv/internal'
import type { Entry } from './entry.ts'

/**
 * Makes a handler enter a session each time that it is called. It keeps its name, its properties and its number of
 * parameters: BullMQ passes a signal to a handler with three parameters only.
 *
 * @param where what messages begin with, such as `otel-sessions/worker: sessions`
 * @param requestOf finds, among the arguments of a call, what names the session
 * @throws TypeError if the handler is not a function
 */
export function enteringHandler<Request, Args extends unknown[], Result>(
  where: string,
  entry: Pick<Entry<Request>, 'enter'>,
  requestOf: (args: Args) => Request,
  handler: (...args: Args) => Result,
): (...args: Args) => Result {
  if (typeof handler !== 'function') {
    throw new TypeError(`${where}(options)(handler): handler must be a function, it is ${kindOf(handler)}`)
  }
  const isAsyncGenerator = Object.prototype.toString.call(handler) === '[object AsyncGeneratorFunction]'
  return new Proxy(handler, {
    apply(_, self, args: Args) {
      const result = entry.enter(requestOf(args), () => Reflect.apply(handler, self, args))
      return isAsyncGenerator && result instanceof Promise ? pullLater(result as Promise<never>) : result
    },
  })
}

/**
 * An async generator whose session was not known at once is still an async generator for its caller. What the call threw,
 * such as for a parameter that cannot be destructured, is thrown to whoever pulls first, be it later.
 */
function pullLater(generator: Promise<AsyncGenerator>): AsyncGenerator {
  generator.catch(() => {})
  return pull(generator)
}

async function* pull(generator: Promise<AsyncGenerator>): AsyncGenerator {
  return yield* await generator
}
