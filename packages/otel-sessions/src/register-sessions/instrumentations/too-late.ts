// No named import: older versions of Node lack it.
import nodeModule from 'node:module'
import { watchForWork } from './first-work.ts'
import {
  fileInPackage,
  type InstrumentationLike,
  type InstrumentationLog,
  modulesOf,
  packageOf,
} from './instrumentation.ts'
import { supportsHooks } from './patch-imports.ts'
import { isEsModule } from './unreachable.ts'

type ByPackage = ReadonlyMap<string, readonly InstrumentationLike[]>

/** What tells whether a library was loaded before its instrumentation. */
export interface Loading {
  /** Instrumentations by the names of their packages. */
  readonly found: ByPackage
  /** Those that change what is imported from now on. */
  readonly reached: ByPackage
  /** What was required before the first of them was loaded. */
  readonly before: ReadonlySet<string>
  /** The names of packages that the application depends on. */
  readonly dependencies: readonly string[]
}

/** The files that were required until now, as `package/path`. */
export const requiredFiles = (require: NodeJS.Require): ReadonlySet<string> =>
  new Set(Object.keys(require.cache).map(fileInPackage))

/**
 * Warns of libraries that the application had loaded before their instrumentations, which change what is loaded later: a
 * CommonJS module at once, an ES module by the time when the process does some work. Nobody can ask which ES modules are
 * loaded, but the main script and all that it imports are loaded after a preload. Never throws.
 */
export function warnOfLate({ found, reached, before, dependencies }: Loading, log: InstrumentationLog): void {
  const warn = (libraries: Iterable<string>) => {
    const names = [...new Set(libraries)].join(', ')
    if (names === '') return
    const remedy = `Preload the set-up ("node --import ${log.preload} app.mjs"), or require it before them`
    log.warn(
      'instrumentation:too-late',
      `what was loaded before its instrumentation may make no spans: ${names}. ${remedy}. Ignore this for what you pass to manuallyInstrument`,
    )
  }
  if (!isEsModule(process.argv[1])) {
    warn(librariesOf(found, (file) => isRequired(file, before), before))
  } else if (supportsHooks()) {
    const isImported = (file: string) => dependencies.includes(packageOf(file))
    const missing = new Set(librariesOf(reached, isImported, before))
    if (missing.size === 0) return
    watchImports(missing)
    watchForWork(
      () => missing.size === 0,
      () => warn(missing),
    )
  }
}

/** The packages that instrumentations change, unless the application has loaded the instrumentation by itself. */
const librariesOf = (
  all: ByPackage,
  isChosen: (module: string) => boolean,
  before: ReadonlySet<string>,
): string[] =>
  [...all]
    .filter(([name]) => !isRequired(name, before))
    .flatMap(([, ofPackage]) => ofPackage.flatMap(modulesOf))
    .filter(isChosen)
    .map(packageOf)

/** A module is a file of a package, or the package, of which any file counts. */
function isRequired(module: string, files: ReadonlySet<string>): boolean {
  if (files.has(module)) return true
  return packageOf(module) === module && [...files].some((file) => file.startsWith(`${module}/`))
}

/** Takes packages away that are loaded from now on; all of them, if the main script is. */
function watchImports(packages: Set<string>): void {
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context)
      const { parentURL } = context
      if (parentURL === undefined) packages.clear()
      const name = packageOf(fileInPackage(resolved.url))
      // Its own files may come late, as they do in a CommonJS module that an ES module imports.
      if (name !== packageOf(fileInPackage(parentURL ?? ''))) packages.delete(name)
      return resolved
    },
  })
}
