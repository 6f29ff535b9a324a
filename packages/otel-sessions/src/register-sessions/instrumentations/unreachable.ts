import { existsSync, readFileSync, realpathSync } from 'node:fs'
// Under another name: banners of bundles often import it under its own.
import { createRequire as requireFrom } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { type InstrumentationLike, modulesOf, packageOf } from './instrumentation.ts'

/**
 * The names of instrumentations that change nothing in an application of ES modules, although it depends on the
 * library that they change. Empty if the main script is no ES module.
 *
 * @param found those that no hook serves, by the names of their packages
 * @param dependencies the names of packages that the application depends on
 */
export function unreachableInstrumentations(
  found: ReadonlyMap<string, readonly InstrumentationLike[]>,
  dependencies: readonly string[],
): string[] {
  if (!isEsModule(process.argv[1])) return []
  // A library below another one is mostly required.
  const isImported = (module: string) => dependencies.includes(packageOf(module))
  return [...found].flatMap(([name, all]) =>
    all.filter((each) => modulesOf(each).some(isImported)).map((each) => each.instrumentationName ?? name),
  )
}

/** Whether a script is an ES module; false for one that is not there. */
export function isEsModule(script: string | undefined): boolean {
  if (script === undefined) return false
  try {
    // It may have no extension, or be a link, as in `node_modules/.bin`.
    const file = realpathSync(requireFrom(resolve(script)).resolve(resolve(script)))
    if (/\.m[jt]s$/.test(file)) return true
    return !/\.c[jt]s$/.test(file) && typeOfPackage(dirname(file)) === 'module'
  } catch {
    return false
  }
}

function typeOfPackage(folder: string): unknown {
  const manifest = join(folder, 'package.json')
  if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type
  return dirname(folder) === folder ? undefined : typeOfPackage(dirname(folder))
}
