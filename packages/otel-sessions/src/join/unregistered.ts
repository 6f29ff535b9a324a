import { watchForWork } from '../register-sessions/instrumentations/first-work.ts'
import { declaredInstrumentations } from '../register-sessions/instrumentations/installed.ts'
import { OF_LLMS } from '../register-sessions/instrumentations/one-per-library.ts'
import { loaders } from '../register-sessions/instrumentations/start.ts'
import { requiredFiles } from '../register-sessions/instrumentations/too-late.ts'

/**
 * The instrumentations of libraries for LLMs that the application depends on, and that nobody has constructed, although it
 * has an SDK. That SDK's package does not find them, and none is loaded here beside another SDK.
 */
export class UnregisteredInstrumentations {
  readonly #constructed = new Set<string>()

  /** Notes that somebody gets a tracer: an instrumentation does when it is constructed. */
  onTracer(name: string): void {
    if (OF_LLMS.test(name)) this.#constructed.add(name)
  }

  /**
   * Tells which there are, at most once, with the first work of the process: the application may construct them until then.
   */
  watch(tell: (names: readonly string[]) => void): void {
    let names: readonly string[] = []
    const find = () => {
      names = this.#find()
      return names.length === 0
    }
    watchForWork(find, () => tell(names))
  }

  #find(): readonly string[] {
    const [require] = loaders()
    if (require === undefined) return []
    const files = [...requiredFiles(require)]
    // It may have been constructed before anybody watched.
    const isLoaded = (name: string) => files.some((file) => file.startsWith(`${name}/`))
    const declared = new Set(loaders().flatMap(declaredInstrumentations))
    return [...declared].filter(
      (name) => OF_LLMS.test(name) && !this.#constructed.has(name) && !isLoaded(name),
    )
  }
}
