import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api'

/** As a browser's SDK registers it: the context is active until the function returns. */
export class StackContextManager implements ContextManager {
  #active: Context = ROOT_CONTEXT
  active() {
    return this.#active
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    inside: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const before = this.#active
    this.#active = inside
    try {
      return fn.call(thisArg as never, ...args)
    } finally {
      this.#active = before
    }
  }
  bind<T>(_: Context, target: T): T {
    return target
  }
  enable() {
    return this
  }
  disable() {
    return this
  }
}
