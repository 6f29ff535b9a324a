import { DiagConsoleLogger } from '@opentelemetry/api'

let isConstructing = false

/**
 * Writes to the console, but not that the installed instrumentations may not work, while they are constructed. They warn of
 * each library that is loaded, also of the one that they load by themselves. `instrumentation:too-late` knows better.
 */
export class QuietLogger extends DiagConsoleLogger {
  constructor() {
    super()
    const { warn } = this
    this.warn = (...message) => {
      if (!isConstructing || !message.join(' ').includes('has been loaded before')) warn(...message)
    }
  }
}

/** Constructs instrumentations that are installed, of which this package knows by itself what is loaded. */
export function withoutOrderWarnings<T>(construct: () => T): T {
  isConstructing = true
  try {
    return construct()
  } finally {
    isConstructing = false
  }
}
