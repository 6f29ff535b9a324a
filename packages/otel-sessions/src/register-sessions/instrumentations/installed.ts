import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const INSTRUMENTATION =
  /^(@opentelemetry\/(instrumentation-.+|auto-instrumentations-node)|@arizeai\/openinference-instrumentation-.+|@traceloop\/instrumentation-.+)$/

/** Names of packages that are instrumentations: those that the application has chosen, or else those that are there. */
export function namesOf(require: NodeJS.Require): Set<string> {
  const chosen = dependenciesOf(require).filter((name) => INSTRUMENTATION.test(name))
  const names = chosen.length > 0 ? chosen : (require.resolve.paths('x') ?? []).flatMap(packagesIn)
  return new Set(names.filter((name) => isInstalled(name, require)))
}

/** Names of packages that are instrumentations, that the application has chosen for production and that are there. */
export const declaredInstrumentations = (require: NodeJS.Require): string[] =>
  dependenciesOf(require, false).filter((name) => INSTRUMENTATION.test(name) && isInstalled(name, require))

/** Dependencies of the development are not installed in production. */
function isInstalled(name: string, require: NodeJS.Require): boolean {
  const folders = require.resolve.paths('x') ?? []
  if (folders.some((folder) => existsSync(join(folder, name)))) return true
  try {
    // Where there are no such folders.
    return require.resolve(name) !== ''
  } catch {
    return false
  }
}

/**
 * Names of packages that the application's `package.json` names, or one above it.
 *
 * @param isDeveloped whether those count that are for the development only
 */
export const dependenciesOf = (require: NodeJS.Require, isDeveloped = true): string[] =>
  (require.resolve.paths('x') ?? []).flatMap((folder) => dependenciesIn(dirname(folder), isDeveloped))

function dependenciesIn(folder: string, isDeveloped: boolean): string[] {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const { dependencies, devDependencies, optionalDependencies } = manifest
    return Object.keys({ ...dependencies, ...(isDeveloped && devDependencies), ...optionalDependencies })
  } catch {
    return []
  }
}

function packagesIn(modules: string): string[] {
  return ['@opentelemetry', '@arizeai', '@traceloop']
    .flatMap((scope) => {
      try {
        return readdirSync(join(modules, scope)).map((name) => `${scope}/${name}`)
      } catch {
        return []
      }
    })
    .filter((name) => INSTRUMENTATION.test(name))
}
