import { isMainThread } from 'node:worker_threads'
import { context, propagation, type TracerProvider, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { keepSessionInLangChain } from '@otel-sessions/processor/langchain'
import { endSessionsOnSignals } from '@otel-sessions/processor/lifecycle'
import { logUnheard, registeredApi } from '@otel-sessions/semconv/internal'
import type { RegisterEnvironment } from '../register-sessions/environment/environment.ts'
import { FollowingProvider, NOOP, type SdkProvider } from '../register-sessions/following-provider.ts'
import { startInstrumentations } from '../register-sessions/instrumentations/start.ts'
import { checkRegisterOptions } from '../register-sessions/options.ts'
import { isOfRegisterSessions, setLogger } from '../register-sessions/register-sessions.ts'
import { createSetUp, propagatorOf } from '../register-sessions/set-up.ts'
import { decorateProcessors } from '../session-processors/session-processors.ts'
import type { ApiObserver, RegisteredKind } from './api-global.ts'
import type { Application } from './application.ts'
import { type Decorate, type Joined, joinProvider } from './join-provider.ts'
import { inform, informUnheard, warn } from './report.ts'

/**
 * Joins each provider that is registered. Until there is one, it registers a provider of its own, which gives way: the
 * tracers that were made then follow, and spans that have started by then are delivered by the provider that made them.
 */
export class SetUpOrJoin implements ApiObserver {
  readonly #environment: RegisterEnvironment
  readonly #contextManager = new AsyncLocalStorageContextManager()
  readonly #propagator
  /** What is registered as long as nobody else registers. */
  readonly #provider = new FollowingProvider(
    () => this.#theirs ?? this.#own(),
    () => [this.#created, this.#theirs].filter((each) => each !== undefined),
  )
  readonly #seen = new WeakSet<object>()
  #theirs: SdkProvider | undefined
  #created: SdkProvider | undefined

  constructor(environment: RegisterEnvironment) {
    this.#environment = environment
    this.#propagator = propagatorOf(environment.propagators)
  }

  /** Whether somebody else has registered a provider. */
  get hasJoined(): boolean {
    return this.#theirs !== undefined
  }

  /** Registers a provider of its own, and the instrumentations that are installed if nobody else is to register any. */
  setUp({ otherSdks, apiVersions }: Application): void {
    const others = otherSdks.join(', ')
    if (apiVersions.length > 1) {
      this.#onlyWait(others, apiVersions)
      return
    }
    const api = registeredApi() as { readonly context?: unknown; readonly propagation?: unknown }
    if (api.context === undefined) context.setGlobalContextManager(this.#contextManager.enable())
    if (api.propagation === undefined && this.#propagator) propagation.setGlobalPropagator(this.#propagator)
    trace.setGlobalTracerProvider(this.#provider)
    if (others !== '') {
      inform(
        `waits for ${others} to register a provider, and joins it; no instrumentations are registered here`,
      )
      return
    }
    inform(
      'the application declares no SDK, so this one makes spans and delivers them; one that is registered later is joined',
    )
    // Before its first use. The provider is created for the first span, which is within.
    keepSessionInLangChain()
    // Silent once the provider of another SDK is there: its owner has instrumentations of its own.
    const isReplaced = () => this.#theirs !== undefined && !isOfRegisterSessions(this.#theirs)
    const instrumented = new FollowingProvider(() => (isReplaced() ? NOOP : this.#provider))
    startInstrumentations([], this.#environment.autoInstrument ?? true, instrumented, { inform, warn })
  }

  onProvider(provider: object): void {
    if (provider === this.#provider || this.#seen.has(provider)) return
    this.#seen.add(provider)
    this.#theirs = provider as TracerProvider
    this.#report(joinProvider(provider, this.#decorate), provider.constructor?.name ?? 'a provider')
  }

  onLogger(): void {
    informUnheard()
    logUnheard()
  }

  isOwn(kind: RegisteredKind, value: unknown): boolean {
    if (kind === 'context') return value === this.#contextManager
    if (kind === 'propagation') return value === this.#propagator
    return (value as { readonly _delegate?: unknown } | undefined)?._delegate === this.#provider
  }

  onFailure(): void {
    warn(
      'join:failed',
      'joining the provider that was registered throws, so it is as without otel-sessions, and its spans get no session. ' +
        'Create it with spanProcessors: sessionProcessors([…])',
    )
  }

  /** A provider could be registered by one version of the API only, and would keep the others from registering. */
  #onlyWait(others: string, versions: readonly string[]): void {
    const found = `several versions of @opentelemetry/api are installed (${versions.join(', ')})`
    if (others !== '') {
      inform(`waits for ${others} to register a provider, and joins it; ${found}`)
      return
    }
    warn('register:api-versions', `nothing is set up: ${found}. Install one: see "npm ls @opentelemetry/api"`)
  }

  readonly #decorate: Decorate = (processors) => {
    const { backends, backfill } = this.#environment
    return decorateProcessors(processors, backfill ? { backends } : { backends, backfill: false })
  }

  #report(joined: Joined, name: string): void {
    if (joined === 'joined') {
      inform(`joins the registered provider (${name}): sessions are on its spans, and it delivers them`)
    } else if (joined === 'has-processor') {
      inform(`the registered provider (${name}) has a SessionSpanProcessor, so it stays as it is`)
    } else {
      warn('join:unreachable', whyUnreachable(name), name)
    }
  }

  /** The provider of this package, created for the first span that no other provider makes. */
  #own(): TracerProvider {
    this.#created ??= this.#createOwn()
    return this.#created
  }

  #createOwn(): TracerProvider {
    try {
      setLogger()
      const { provider } = createSetUp(checkRegisterOptions({}), this.#environment).telemetry
      // Nobody else can flush it when the process is told to end. A worker thread gets no signals.
      if (isMainThread) endSessionsOnSignals({ provider })
      return provider
    } catch {
      warn('register:failed', 'setting up the provider throws, so there are no spans')
      return NOOP
    }
  }
}

/** What is said of a provider that cannot be joined, with the remedy. */
function whyUnreachable(name: string): string {
  const create = 'a provider with spanProcessors: sessionProcessors([…])'
  if (/^Sentry/.test(name)) {
    return `${name} has no span processors, so its spans get no session. Leave enableOpenTelemetrySetup of Sentry.init off, and register ${create}`
  }
  if (Symbol.for('dd-trace') in globalThis) {
    return `dd-trace passes its spans on to nobody, so they get no session. Send spans to the Datadog Agent by OTLP, from ${create}`
  }
  return `the span processors of the registered provider (${name}) are out of reach, so its spans get no session. Register ${create}`
}
