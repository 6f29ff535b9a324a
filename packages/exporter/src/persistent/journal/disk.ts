import type { DiskWatch, Files, System } from './context.ts'

/** Half of the threads that Node has by default: while a disk hangs, DNS and zlib need the others. */
const CALLS_AT_ONCE = 2
const CHECK_MILLIS = 1000
/** A call that is still under way at so many checks counts as hanging. A process that is frozen meanwhile checks once. */
const HANGING_CHECKS = 10

type Call = (...args: unknown[]) => unknown

/** The file system of a queue, a few calls at a time, and whether it answers. */
export class Disk implements DiskWatch {
  /** Its calls off the event loop wait for their turn. */
  readonly files: Files
  onHanging = () => {}
  readonly #system: System
  /** At how many checks each call was under way. */
  readonly #checks = new Map<object, number>()
  #free = CALLS_AT_ONCE
  readonly #waiting: (() => void)[] = []
  readonly #patient = new Set<() => void>()
  #stop: (() => void) | undefined
  #isHanging = false

  constructor(system: System) {
    this.#system = system
    const promises = this.#gate(system.fs.promises)
    const calls = { open: 0, close: 0, write: 0, writev: 0, fdatasync: 0 } satisfies Partial<
      Record<keyof Files, 0>
    >
    this.files = new Proxy(system.fs, {
      get: (target, name) => {
        if (name === 'promises') return promises
        const call = Reflect.get(target, name) as Call
        return name in calls ? (...args: unknown[]) => this.#callBack(call, args) : call
      },
    })
  }

  get isHanging(): boolean {
    return this.#isHanging
  }

  unlessHanging(work: Promise<unknown>): Promise<void> {
    if (this.#isHanging) return Promise.resolve()
    return new Promise((resolve) => {
      this.#patient.add(resolve)
      void work.then(() => {
        this.#patient.delete(resolve)
        resolve()
      })
    })
  }

  /** The same object, whose functions wait for their turn; so do those of the files that it opens. */
  #gate<T extends object>(object: T): T {
    return new Proxy(object, {
      get: (target, name) => {
        const call: unknown = Reflect.get(target, name)
        if (typeof call !== 'function') return call
        return async (...args: unknown[]) => {
          const done = await this.#turn()
          try {
            const result = await (call as Call).apply(target, args)
            return name === 'open' ? this.#gate(result as object) : result
          } finally {
            done()
          }
        }
      },
    })
  }

  async #callBack(call: Call, args: readonly unknown[]): Promise<void> {
    const callback = args.at(-1) as Call
    const done = await this.#turn()
    const finish = (...results: unknown[]) => {
      done()
      callback(...results)
    }
    try {
      call(...args.slice(0, -1), finish)
    } catch (error) {
      finish(error)
    }
  }

  /** Resolves when a call may start, to a function that ends it. */
  async #turn(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    const key = {}
    this.#checks.set(key, 0)
    this.#stop ??= this.#system.every(CHECK_MILLIS, () => this.#check())
    return () => {
      this.#checks.delete(key)
      this.#isHanging &&= this.#hasHanging
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }

  get #hasHanging(): boolean {
    return [...this.#checks.values()].some((checks) => checks >= HANGING_CHECKS)
  }

  #check(): void {
    if (this.#checks.size === 0) {
      this.#stop?.()
      this.#stop = undefined
      return
    }
    for (const [key, checks] of this.#checks) this.#checks.set(key, checks + 1)
    if (this.#isHanging || !this.#hasHanging) return
    this.#isHanging = true
    this.onHanging()
    for (const resolve of this.#patient) resolve()
    this.#patient.clear()
  }
}
