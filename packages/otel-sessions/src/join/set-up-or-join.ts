import { isMainThread } from 'node:worker_threads'
import { context, propagation, type Tracer, type TracerProvider, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { keepSessionInLangChain } from '@otel-sessions/processor/langchain'
import { endSessionsOnSignals } from '@otel-sessions/processor/lifecycle'
import { logUnheard, registeredApi } from '@otel-sessions/semconv/internal'
import { describeError } from '../describe-error.ts'
import {
  type CommonEnvironment,
  readEnvironment,
  readPropagators,
} from '../register-sessions/environment/environment.ts'
import { ignore, readText } from '../register-sessions/environment/variables.ts'
import { FollowingProvider, NOOP, type SdkProvider } from '../register-sessions/following-provider.ts'
import { watchForWork } from '../register-sessions/instrumentations/first-work.ts'
import { checkRegisterOptions } from '../register-sessions/options.ts'
import { isOfRegisterSessions, setLogger } from '../register-sessions/register-sessions.ts'
import { createSetUp, propagatorOf } from '../register-sessions/set-up.ts'
import { decorateProcessors } from '../session-processors/session-processors.ts'
import type { ApiObserver, RegisteredKind } from './api-global.ts'
import type { Application } from './application.ts'
import { InstalledInstrumentations } from './instrumentations.ts'
import { type Decorate, type Joined, joinProvider } from './join-provider.ts'
import { inform, informUnheard, warn } from './report.ts'
import { UnregisteredInstrumentations } from './unregistered.ts'

/**
 * Joins each provider that is registered. Until there is one, it registers a provider of its own, which gives way: the
 * tracers that were made then follow, and spans that have started by then are delivered by the provider that made them.
 */
export class SetUpOrJoin implements ApiObserver {
  readonly #environment: CommonEnvironment
  readonly #contextManager = new AsyncLocalStorageContextManager()
  // Another SDK may serve the names that are not served here.
  readonly #propagator = propagatorOf(readPropagators(false))
  /** What is registered as long as nobody else registers. */
  readonly #provider = new FollowingProvider(
    () => this.#theirs ?? this.#own(),
    () => this.#made(),
  )
  readonly #seen = new WeakSet<object>()
  #theirs: SdkProvider | undefined
  #created: SdkProvider | undefined

  readonly #instrumentations = new InstalledInstrumentations(
    () => this.#theirs ?? this.#own(),
    () => this.#made(),
    () => this.#isReplaced,
  )

  readonly #unregistered = new UnregisteredInstrumentations()
  /** Whether nobody can have constructed an instrumentation unseen. */
  #seesAll: boolean

  /**
   * @param environment its variables
   * @param isFirst whether nothing of the application was loaded before
   */
  constructor(environment: CommonEnvironment, isFirst = true) {
    this.#environment = environment
    this.#seesAll = isFirst
  }

  get #isReplaced(): boolean {
    return this.#theirs !== undefined && !isOfRegisterSessions(this.#theirs)
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
    if (this.#environment.isDisabled) {
      inform(
        'OTEL_SDK_DISABLED is true: there are no spans, and no provider is joined; contexts are propagated',
      )
      return
    }
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
    this.#instrumentations.start(this.#environment.autoInstrument ?? true, {
      inform,
      warn,
      none: this.#reportNone,
      preload: 'otel-sessions/register',
    })
  }

  onProvider(provider: object): void {
    if (provider === this.#provider || this.#seen.has(provider) || this.#environment.isDisabled) return
    this.#seen.add(provider)
    this.#theirs = provider as TracerProvider
    const joined = joinProvider(provider, this.#decorate)
    if (this.#isReplaced) this.#instrumentations.noticeSpansOf(provider)
    this.#report(joined, provider.constructor?.name ?? 'a provider')
  }

  onTracer(name: string, tracer: Tracer): Tracer {
    this.#unregistered.onTracer(name)
    return this.#instrumentations.giveWay(name, tracer)
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

  onRefused(): void {
    warn(
      'register:api-versions',
      'a package has a newer version of @opentelemetry/api than the one that has registered, so it sees no sessions, and its spans are lost. ' +
        'Install one: see "npm ls @opentelemetry/api"',
      'nested',
    )
  }

  onFailure(error: unknown): void {
    warn(
      'join:failed',
      `joining the provider that was registered throws (${describeError(error)}), so it is as without otel-sessions, and its spans get no session. ` +
        'Create it with spanProcessors: sessionProcessors([…])',
    )
  }

  /** A provider could be registered by one version of the API only, and would keep the others from registering. */
  #onlyWait(others: string, versions: readonly string[]): void {
    // Until a provider is registered, nobody is seen who gets a tracer.
    this.#seesAll = false
    const found = `several versions of @opentelemetry/api are installed (${versions.join(', ')})`
    if (others !== '') {
      inform(`waits for ${others} to register a provider, and joins it; ${found}`)
      return
    }
    warn('register:api-versions', `nothing is set up: ${found}. Install one: see "npm ls @opentelemetry/api"`)
  }

  /** Without an instrumentation: at INFO, and as a warning if spans are missed. */
  readonly #reportNone = (message: string, isForSome = false) => {
    inform(message)
    const hasSpans = () => this.#created !== undefined || this.#theirs !== undefined
    watchForWork(isForSome ? () => this.#isReplaced : hasSpans, (what) => {
      warn(
        'instrumentation:none',
        isForSome ? message : `this process ${what}, and no span was made: ${message}`,
      )
    })
  }

  readonly #decorate: Decorate = (processors) => {
    const { backends, backfill } = this.#environment
    return decorateProcessors(processors, backfill ? { backends } : { backends, backfill: false })
  }

  #report(joined: Joined, name: string): void {
    if (joined === 'unreachable') {
      warn('join:unreachable', whyUnreachable(name), name)
      return
    }
    inform(
      joined === 'joined'
        ? `joins the registered provider (${name}): sessions are on its spans, and it delivers them`
        : `the registered provider (${name}) has a SessionSpanProcessor, so it stays as it is`,
    )
    if (!this.#isReplaced) return
    if (this.#instrumentations.count > 0) {
      inform(
        'from now on, an instrumentation that is installed makes spans only if that SDK has the same, and too late for its library. Pass them to that SDK, such as new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()] })',
      )
    }
    reportWithoutEffect(joined)
    if (this.#environment.autoInstrument) {
      const why =
        'the registered provider is of another SDK, which registers its own. Two of a library break it'
      ignore('OTEL_SESSIONS_AUTO_INSTRUMENT', why)
    }
    if (this.#seesAll && this.#environment.autoInstrument !== false) {
      this.#unregistered.watch(this.#reportUnregistered)
    }
  }

  readonly #reportUnregistered = (names: readonly string[]) => {
    warn(
      'instrumentation:unregistered',
      `these are installed, and nobody has registered them, so their libraries make no spans for LLMs: ${names.join(', ')}. Beside another SDK, construct them in your code: an ES module passes the library to manuallyInstrument of each, and CommonJS passes them to that SDK`,
    )
  }

  #made(): readonly SdkProvider[] {
    return [this.#created, this.#theirs].filter((each) => each !== undefined)
  }

  /** The provider of this package, created for the first span that no other provider makes. */
  #own(): TracerProvider {
    this.#created ??= this.#createOwn()
    return this.#created
  }

  #createOwn(): TracerProvider {
    try {
      setLogger()
      const { provider } = createSetUp(checkRegisterOptions({}), readEnvironment()).telemetry
      // Nobody else can flush it when the process is told to end. A worker thread gets no signals.
      if (isMainThread) endSessionsOnSignals({ provider })
      return provider
    } catch (error) {
      const message = `setting up the provider throws (${describeError(error)}), so there are no spans`
      warn('register:failed', message)
      return NOOP
    }
  }
}

/** Reports variables of this package that are for a provider of its own, or for one that is joined. */
function reportWithoutEffect(joined: Joined): void {
  const why = 'the registered provider is of another SDK, which delivers the spans'
  const directory = 'OTEL_SESSIONS_DIRECTORY'
  if (readText(directory))
    ignore(directory, `${why}. Give it a PersistentBatchSpanProcessor with a directory`)
  if (joined === 'joined') return
  for (const name of ['OTEL_SESSIONS_BACKENDS', 'OTEL_SESSIONS_BACKFILL']) {
    if (readText(name))
      ignore(name, 'the registered provider has its own sessionProcessors, and their options')
  }
}

/** The message about a provider that cannot be joined, with the remedy. */
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
