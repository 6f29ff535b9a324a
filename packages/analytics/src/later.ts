import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { after } from './platform.ts'

/**
 * What the application is to be told, in order: in a microtask, so that nobody's code runs in the middle of `span.end()`
 * or of an export, and in the root context, so that no session, span or suppression of whoever came by is in force. It
 * holds no more than one turn of the event loop brought.
 */
export class Later {
  #tasks: (() => void)[] = []
  #isPlanned = false

  /** @param task must not throw */
  add(task: () => void): void {
    this.#tasks.push(task)
    if (this.#isPlanned) return
    this.#isPlanned = true
    void Promise.resolve().then(() => this.#run())
  }

  /** Resolves when all that was added before has been done. */
  async settled(): Promise<void> {
    await undefined
    this.#run()
  }

  #run(): void {
    const tasks = this.#tasks
    this.#tasks = []
    this.#isPlanned = true
    context.with(ROOT_CONTEXT, () => {
      for (const task of tasks) task()
    })
    this.#isPlanned = this.#tasks.length > 0
    // What comes of telling waits for the next turn: microtasks that feed themselves would stop the process.
    if (this.#isPlanned) after(0, () => this.#run())
  }
}
