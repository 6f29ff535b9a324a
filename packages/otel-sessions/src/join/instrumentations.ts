import type { Tracer, TracerProvider } from '@opentelemetry/api'
import { FollowingProvider, NOOP, type SdkProvider } from '../register-sessions/following-provider.ts'
import {
  definitionsOf,
  type InstrumentationLike,
  type InstrumentationLog,
  type ModuleDefinition,
} from '../register-sessions/instrumentations/instrumentation.ts'
import { startInstrumentations } from '../register-sessions/instrumentations/start.ts'
import { activeProcessorOf, type ProviderParts } from '../register-sessions/provider-parts.ts'
import { NoticingTracer, OwnSpans } from './own-spans.ts'

/**
 * The instrumentations that are installed, as long as nobody else has the same: two of a kind would make every span twice.
 * One that somebody else has is noticed by its tracer, which has its name.
 *
 * Beside another SDK they are silent, because its owner has chosen others. With one exception: they load modules, such as
 * `http`, before the others come, which then do not reach those. What the others cannot instrument for that reason, they
 * instrument instead.
 */
export class InstalledInstrumentations {
  readonly #provider: OwnProvider
  /** Those whose place another one has taken. */
  readonly #stopped = new Set<string>()
  /** Those that another SDK has, too, and whether they had changed a module by then. */
  readonly #wanted = new Map<string, boolean>()
  readonly #own = new OwnSpans()
  #started: readonly InstrumentationLike[] = []

  /**
   * @param current the provider of their spans
   * @param made the providers that they can flush
   * @param isOfOther whether that provider is of another SDK
   */
  constructor(current: () => TracerProvider, made: () => readonly SdkProvider[], isOfOther: () => boolean) {
    const isSilent = (name: string) =>
      this.#stopped.has(name) || (isOfOther() && this.#wanted.get(name) !== true)
    this.#provider = new OwnProvider((name) => (isSilent(name) ? NOOP : current()), made, this.#own)
  }

  /** How many make spans. */
  get count(): number {
    return this.#started.filter(({ instrumentationName }) => !this.#stopped.has(instrumentationName ?? ''))
      .length
  }

  /** Loads and starts them. */
  start(isWanted: boolean, log: InstrumentationLog): void {
    this.#started = startInstrumentations([], isWanted, this.#provider, log)
  }

  /**
   * Lets one of somebody else take the place of the installed one of the same name. The installed one makes no more spans
   * from the first that the other makes, and not before: in CommonJS, the other does not reach a module that is loaded.
   *
   * @returns the tracer for the other
   */
  giveWay(name: string, tracer: Tracer): Tracer {
    // While the installed ones are constructed, they get tracers, too.
    const own = this.#started.find((each) => each.instrumentationName === name)
    if (own === undefined || this.#stopped.has(name)) return tracer
    if (changesModules(own)) {
      if (!this.#wanted.has(name)) this.#wanted.set(name, hasChangedModules(own))
      return new NoticingTracer(tracer, () => this.#stopped.add(name))
    }
    // The other works in any case. Both would write the headers of a request.
    this.#stopped.add(name)
    try {
      ;(own as { disable?(): void }).disable?.()
    } catch {
      // It makes no spans, whatever else it does.
    }
    return tracer
  }

  /**
   * Notices the spans of others also where they have got their tracers from a provider itself.
   *
   * @param provider one that is registered
   */
  noticeSpansOf(provider: ProviderParts): void {
    if (this.#started.length === 0) return
    const noticing = this.#own.noticeOthers((name) => this.#stopped.add(name))
    const list = activeProcessorOf(provider)?._spanProcessors
    if (Array.isArray(list)) list.unshift(noticing)
  }
}

/** The provider of the installed instrumentations, whose spans are marked as their own. */
class OwnProvider extends FollowingProvider {
  readonly #own: OwnSpans

  constructor(current: (name: string) => TracerProvider, made: () => readonly SdkProvider[], own: OwnSpans) {
    super(current, made)
    this.#own = own
  }

  override getTracer(...args: Parameters<TracerProvider['getTracer']>): Tracer {
    return this.#own.mark(super.getTracer(...args))
  }

  /**
   * That of AWS Lambda looks once, when it gets its provider, for a method behind it that flushes. There may be nothing
   * behind it yet. This is not for the API: who looks there for a provider with processors finds none until there is one.
   */
  override getDelegate(): SdkProvider {
    return this
  }
}

/** Whether an instrumentation changes modules; others listen to what a library publishes. */
const changesModules = (own: InstrumentationLike): boolean => own.getModuleDefinitions?.().length !== 0

function hasChangedModules(own: InstrumentationLike): boolean {
  const isLoaded = ({ moduleExports, files = [] }: ModuleDefinition): boolean =>
    moduleExports !== undefined || files.some(isLoaded)
  return definitionsOf(own).some(isLoaded)
}
