// Under another name: banners of bundles often import it under its own. No named imports: older versions of Node lack some.
import nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'
import {
  fileInPackage,
  type InstrumentationLike,
  type InstrumentationLog,
  LOG,
  reportFailure,
} from './instrumentation.ts'

/** The parts of an instrumentation that patch a module; the base class of OpenTelemetry has them in all versions. */
interface PatchingInstrumentation extends InstrumentationLike {
  /** What those have that do not patch imported modules by themselves. */
  manuallyInstrument?(module: object): void
  /** Patches the exports of a module, if the version in the package's folder is one that it supports. */
  _onRequire?(definition: Definition, exports: object, name: string, folder: string): unknown
  getModuleDefinitions?(): readonly Definition[]
  /** The definitions before that method was added; OpenInference uses such a version. */
  readonly _modules?: readonly Definition[]
}

interface Definition {
  readonly name?: string
}

interface Patch {
  readonly instrumentation: PatchingInstrumentation
  readonly definition: Definition
}

const IMPORTED: unique symbol = Symbol.for('otel-sessions.imported') as never

/** What a patched module calls when it has been evaluated. */
const shared = globalThis as { [IMPORTED]?: (url: string, namespace: object) => void }

/**
 * Lets instrumentations that have a `manuallyInstrument`, such as those of OpenInference and Traceloop, patch what the
 * application imports from now on, as they patch what it requires. The hook that they bring does not reach ES modules.
 *
 * An instrumentation that an ES module of the application imports is disabled, because the application sets it up by
 * itself, and two of them make every span twice. Never throws: on a Node without synchronous hooks nothing changes.
 *
 * @param found instrumentations by the names of their packages
 * @returns those that patch what is imported
 */
export function patchImports(
  found: ReadonlyMap<string, readonly PatchingInstrumentation[]>,
  log: InstrumentationLog = LOG,
): Set<InstrumentationLike> {
  const byName = patchesByName(found)
  if (byName.size === 0 || !supportsHooks()) return new Set()
  const byUrl = new Map<string, readonly Patch[]>()
  shared[IMPORTED] = (url, namespace) => {
    for (const patch of byUrl.get(url) ?? []) apply(patch, url, namespace, log)
  }
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context)
      if (context.conditions.includes('import')) {
        for (const instrumentation of found.get(specifier) ?? []) leaveToApplication(instrumentation, log)
        const patches = byName.get(specifier) ?? byName.get(fileInPackage(resolved.url))
        if (patches !== undefined) byUrl.set(resolved.url, patches)
      }
      return resolved
    },
    load: (url, context, next) => {
      const loaded = next(url, context)
      const { format, source } = loaded
      if (!byUrl.has(url) || format !== 'module' || !source) return loaded
      const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
      return { ...loaded, source: text + reportOf(url) }
    },
  })
  return new Set([...byName.values()].flat().map(({ instrumentation }) => instrumentation))
}

/** Patches by what is imported: the name of a package or of a part of it, or a file in a package. */
function patchesByName(found: ReadonlyMap<string, readonly PatchingInstrumentation[]>): Map<string, Patch[]> {
  const byName = new Map<string, Patch[]>()
  for (const instrumentation of [...found.values()].flat()) {
    if (!instrumentation.manuallyInstrument || !instrumentation._onRequire) continue
    for (const definition of instrumentation.getModuleDefinitions?.() ?? instrumentation._modules ?? []) {
      // A file of the CommonJS build has the same name in the other.
      const name = definition.name?.replace(/\.cjs$/, '.js') ?? ''
      byName.set(name, [...(byName.get(name) ?? []), { instrumentation, definition }])
    }
  }
  return byName
}

/** A line at the end of a module, where all that it exports is there. */
const reportOf = (url: string): string => {
  const text = JSON.stringify(url)
  return `\n;import * as otelSessionsImported from ${text};globalThis[Symbol.for('otel-sessions.imported')]?.(${text}, otelSessionsImported)`
}

const PACKAGE_FOLDER = /^.*\/node_modules\/(@[^/]+\/)?[^/]+/

function apply(
  { instrumentation, definition }: Patch,
  url: string,
  namespace: object,
  log: InstrumentationLog,
): void {
  const { name = '' } = definition
  const [folder] = PACKAGE_FOLDER.exec(url) ?? []
  if (folder === undefined) return
  try {
    // A copy: they set a flag on it, and a namespace cannot be written to. What they patch is within.
    instrumentation._onRequire?.(definition, { ...namespace }, name, fileURLToPath(folder))
  } catch (error) {
    reportFailure(instrumentation, error, log)
  }
}

function leaveToApplication(instrumentation: PatchingInstrumentation, log: InstrumentationLog): void {
  if (!instrumentation.manuallyInstrument) return
  try {
    instrumentation.disable?.()
  } catch (error) {
    reportFailure(instrumentation, error, log)
  }
}

/** Before these versions, hooks fail on CommonJS modules that are imported. */
const FIRST_MINORS: Readonly<Record<number, readonly [minor: number, patch: number]>> = {
  22: [22, 3],
  23: [Number.POSITIVE_INFINITY, 0],
  24: [11, 1],
  25: [1, 0],
}

/** Whether what is imported can be changed in this version of Node. */
export function supportsHooks(): boolean {
  if (typeof nodeModule.registerHooks !== 'function') return false
  const [major = 0, minor = 0, patch = 0] = process.versions.node.split('.').map(Number)
  const [firstMinor, firstPatch] = FIRST_MINORS[major] ?? [0, 0]
  return minor > firstMinor || (minor === firstMinor && patch >= firstPatch)
}
