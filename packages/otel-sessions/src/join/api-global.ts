import type { Tracer } from '@opentelemetry/api'
import { RefusedReaders, versionForReaders } from './api-readers.ts'

/** What is registered with OpenTelemetry's API and may be this package's own. */
export type RegisteredKind = 'trace' | 'context' | 'propagation'

/** What is told about the API's global object, by whichever copy of the API it is written. */
export interface ApiObserver {
  /** A provider is registered. Called in the registration, and for one that is registered already. */
  onProvider(provider: object): void
  /** Somebody gets a tracer of the registered provider, as instrumentations do. Returns the tracer to hand out. */
  onTracer(name: string, tracer: Tracer): Tracer
  /** A logger is set. */
  onLogger(): void
  /** Whether a value is this package's own, so that somebody else's registration replaces it. */
  isOwn(kind: RegisteredKind, value: unknown): boolean
  /** A copy of the API uses nothing of what is registered: it is newer than the copy that has registered. */
  onRefused(): void
  /** Something above throws. The registration goes on. */
  onFailure(error: unknown): void
}

/** Where all copies of version 1 of the API keep what is registered. */
const API = Symbol.for('opentelemetry.js.api.1')

/** The proxy that the API registers in place of a provider. */
interface ProxyProvider {
  readonly _delegate?: object
  setDelegate?(provider: object): void
  getTracer?(name: string, ...rest: unknown[]): Tracer
}

type RawApi = Record<string, unknown>

/**
 * Watches what is registered with OpenTelemetry's API in this process. No package's module is changed, so it works for
 * every copy of the API, also for bundled ones and for ESM.
 *
 * The API keeps everything in one object on `globalThis`. A registration reads the global, writes it, reads the property
 * for what it registers, and writes that. Everything else reads the global just before the property. So a read of the
 * property just after a write of the global belongs to a registration: it finds nothing where this package's own value
 * is, and so does not fail as a duplicate. This holds from version 1.9.0 to 1.10.0, in CommonJS and ESM.
 *
 * A nested copy that is newer than the one that has registered would use nothing of it: see `api-readers.ts`.
 *
 * @throws TypeError where `globalThis` or what is on it is frozen; then nothing is watched
 */
export function watchApi(observer: ApiObserver): void {
  const holder = globalThis as { [API]?: RawApi }
  let raw = holder[API]
  let isRegistering = false
  const refused = new RefusedReaders(() => guard(() => observer.onRefused()))
  const guard = (fn: () => void) => {
    try {
      fn()
    } catch (error) {
      observer.onFailure(error)
    }
  }

  /** The object is the API's own, because it retains it. Its `disable` functions delete the properties again. */
  const watchProperties = (api: RawApi) => {
    const watch = (name: string, onWrite: (value: unknown) => void) => {
      let value = api[name]
      let givesWay = false
      Object.defineProperty(api, name, {
        configurable: true,
        enumerable: true,
        get() {
          refused.onUse()
          givesWay = false
          if (isRegistering) {
            guard(() => {
              givesWay = observer.isOwn(name as RegisteredKind, value)
            })
          }
          return givesWay ? undefined : value
        },
        set(next) {
          value = next
          guard(() => onWrite(next))
        },
      })
      if (value !== undefined) guard(() => onWrite(value))
    }
    const descriptorOf = (name: string) => Object.getOwnPropertyDescriptor(api, name)
    for (const [name, onWrite] of Object.entries(writers)) {
      if (descriptorOf(name)?.set === undefined) watch(name, onWrite)
    }
    // That of API 1.10 cannot be changed. There are no newer copies that would not use it.
    const version = descriptorOf('version')
    if (version?.configurable && version.get === undefined) watchVersion(api, version.value)
  }

  /** Who registers something must have the same version exactly. */
  const watchVersion = (api: RawApi, version: unknown) => {
    Object.defineProperty(api, 'version', {
      configurable: true,
      enumerable: true,
      get() {
        if (isRegistering) return version
        refused.onVersion()
        return versionForReaders(version)
      },
      set(next) {
        version = next
      },
    })
  }

  const writers: Record<string, (value: unknown) => void> = {
    trace: (proxy) => followDelegate(proxy as ProxyProvider, observer, guard),
    context: () => {},
    propagation: () => {},
    diag: () => observer.onLogger(),
    metrics: () => {},
    logs: () => {},
  }

  if (raw !== undefined) watchProperties(raw)
  Object.defineProperty(globalThis, API, {
    configurable: true,
    enumerable: true,
    get() {
      isRegistering = false
      refused.onGlobal()
      return raw
    },
    set(next: RawApi | undefined) {
      raw = next
      if (next !== undefined) guard(() => watchProperties(next))
      isRegistering = true
    },
  })
}

const followed = new WeakSet<object>()

/** Tells of the provider of a proxy, of each that it gets later, and of the tracers that it is asked for. */
function followDelegate(proxy: ProxyProvider, observer: ApiObserver, guard: (fn: () => void) => void): void {
  const { setDelegate, getTracer, _delegate } = proxy
  if (typeof setDelegate !== 'function') {
    observer.onProvider(proxy)
    return
  }
  if (followed.has(proxy)) return
  followed.add(proxy)
  proxy.setDelegate = function (this: ProxyProvider, provider) {
    setDelegate.call(this, provider)
    guard(() => observer.onProvider(provider))
  }
  if (typeof getTracer === 'function') {
    proxy.getTracer = function (this: ProxyProvider, name, ...rest) {
      let tracer = getTracer.call(this, name, ...rest)
      guard(() => {
        tracer = observer.onTracer(name, tracer)
      })
      return tracer
    }
  }
  if (_delegate !== undefined) observer.onProvider(_delegate)
}
