import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The exports of a folder's `opentelemetry.ts`: that folder's own copies. */
export interface OpenTelemetry {
  readonly api: typeof import('@opentelemetry/api')
  readonly AsyncLocalStorageContextManager: typeof import('@opentelemetry/context-async-hooks').AsyncLocalStorageContextManager
  readonly W3CTraceContextPropagator: new () => import('@opentelemetry/api').TextMapPropagator
  readonly OTLPTraceExporter: typeof import('@opentelemetry/exporter-trace-otlp-http').OTLPTraceExporter
  readonly registerInstrumentations: typeof import('@opentelemetry/instrumentation').registerInstrumentations
  readonly HttpInstrumentation: typeof import('@opentelemetry/instrumentation-http').HttpInstrumentation
  readonly UndiciInstrumentation: typeof import('@opentelemetry/instrumentation-undici').UndiciInstrumentation
  readonly resourceFromAttributes: typeof import('@opentelemetry/resources').resourceFromAttributes
  readonly BasicTracerProvider: typeof import('@opentelemetry/sdk-trace-base').BasicTracerProvider
  readonly BatchSpanProcessor: typeof import('@opentelemetry/sdk-trace-base').BatchSpanProcessor
}

/** A folder under test/frameworks; `name` is its name. */
export const folderOf = (name: string): URL => new URL(`../${name}/`, import.meta.url)

/** Imports a module of the folder, such as a program. */
export async function importFile<T>(folder: string, file: string): Promise<T> {
  return (await import(new URL(file, folderOf(folder)).href)) as T
}

/** Imports a package from the folder's `node_modules`, as a program in it would. */
export async function importPackage<T>(folder: string, name: string): Promise<T> {
  const path = createRequire(new URL('program.ts', folderOf(folder))).resolve(name)
  if (!pathToFileURL(path).href.startsWith(folderOf(folder).href)) {
    throw new Error(`${name} is not installed in the folder ${folder}, but found at ${path}`)
  }
  return (await import(pathToFileURL(path).href)) as T
}
