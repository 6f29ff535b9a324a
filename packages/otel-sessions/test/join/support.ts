import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { context, type Span, type TracerProvider } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterAll, beforeAll, onTestFinished } from 'vitest'

/** Registers a context manager for the tests of a file. */
export function useContextManager(): void {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  afterAll(() => context.disable())
}

/** An instrumentation that an application has installed. */
export interface InstalledInstrumentation {
  /** What it gets its tracers from; undefined until it is loaded and started. */
  readonly provider: TracerProvider | undefined
  /** How often it was disabled. */
  readonly disabled: number
  /** Is told that the application has loaded the first of the modules that it changes, or a file of it. */
  reach(part?: 'files'): void
  /** Makes a span, as the library does that it instruments. */
  startSpan(name: string): Span
  /** The same, active in a function. */
  startActiveSpan(name: string, fn: (span: Span) => void): void
}

interface State {
  provider?: TracerProvider
  disabled: number
  readonly definitions: readonly { readonly name: string; readonly files: object[] }[]
}

/** The name of the instrumentation, and of its tracer. */
export const FAKE = '@opentelemetry/instrumentation-fake'

/**
 * Makes this process one of an application with an instrumentation in its `node_modules`.
 *
 * @param modules the modules that it changes; none for one that listens to what a library publishes
 * @param onDisable statements that run when it is disabled
 */
export function installInstrumentation(modules = ['fake'], onDisable = ''): InstalledInstrumentation {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-set-up-'))
  const shared = globalThis as { [key: symbol]: State }
  const key = Symbol.for(folder)
  const state: State = { disabled: 0, definitions: modules.map((name) => ({ name, files: [] })) }
  shared[key] = state
  const files = {
    'package.json': JSON.stringify({ dependencies: { [FAKE]: '*' } }),
    [`node_modules/${FAKE}/index.js`]: `
      const state = globalThis[Symbol.for(${JSON.stringify(folder)})]
      exports.FakeInstrumentation = class {
        instrumentationName = '${FAKE}'
        enable() {}
        disable() { state.disabled++; ${onDisable} }
        setTracerProvider(provider) { state.provider = provider }
        getModuleDefinitions() { return state.definitions }
      }`,
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const [, script] = process.argv
  process.argv[1] = join(folder, 'main.js')
  onTestFinished(() => {
    process.argv[1] = script as string
    delete shared[key]
    delete shared[Symbol.for('otel-sessions.instrumentations')]
    rmSync(folder, { recursive: true })
  })
  return {
    get provider() {
      return state.provider
    },
    get disabled() {
      return state.disabled
    },
    reach: (part) => {
      const [definition] = state.definitions
      if (part === 'files') definition?.files.push({ moduleExports: {} })
      else Object.assign(definition as object, { moduleExports: {} })
    },
    startSpan: (name) => (state.provider as TracerProvider).getTracer(FAKE).startSpan(name),
    startActiveSpan: (name, fn) =>
      (state.provider as TracerProvider).getTracer(FAKE).startActiveSpan(name, fn),
  }
}
