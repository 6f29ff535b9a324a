import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readList } from '../environment/variables.ts'
import { type InstrumentationLike, reportFailure } from './instrumentation.ts'

const ALL_OF_NODE = '@opentelemetry/auto-instrumentations-node'
const OFFICIAL = '@opentelemetry/instrumentation-'
const INSTRUMENTATION =
  /^(@opentelemetry\/(instrumentation-.+|auto-instrumentations-node)|@arizeai\/openinference-instrumentation-.+|@traceloop\/instrumentation-.+)$/

/**
 * Loads the instrumentations that are installed, and constructs them, which enables them. Never throws: a package that
 * fails is logged once.
 *
 * @param require loads as the application does
 * @param given those that are not loaded again
 */
export function findInstrumentations(
  require: NodeJS.Require,
  given: readonly InstrumentationLike[],
): InstrumentationLike[] {
  const taken = new Set(given.map(({ instrumentationName }) => instrumentationName))
  const names = namesOf(require)
  const found: InstrumentationLike[] = []
  const load = (name: string, construct: (module: object) => InstrumentationLike[]) => {
    try {
      for (const each of construct(require(name))) {
        found.push(each)
        taken.add(each.instrumentationName)
      }
    } catch (error) {
      reportFailure(name, error)
    }
  }
  if (names.delete(ALL_OF_NODE)) {
    // It chooses by the environment itself.
    const disabled = Object.fromEntries([...taken].map((name) => [name, { enabled: false }]))
    load(ALL_OF_NODE, (module) => {
      return (
        module as { getNodeAutoInstrumentations(configs: object): InstrumentationLike[] }
      ).getNodeAutoInstrumentations(disabled)
    })
  }
  const isChosen = choiceOfEnvironment()
  for (const name of names) if (!taken.has(name) && isChosen(name)) load(name, constructAll)
  return found
}

/** The instrumentations that a module has: its classes of that name, constructed with their defaults. */
function constructAll(module: object): InstrumentationLike[] {
  return Object.entries(module)
    .filter(
      ([name, value]) => /Instrumentation$/.test(name) && typeof value?.prototype?.enable === 'function',
    )
    .map(([, Instrumentation]) => new Instrumentation())
}

/** The two variables of `@opentelemetry/auto-instrumentations-node`, which name OpenTelemetry's by their last part. */
function choiceOfEnvironment(): (name: string) => boolean {
  const fullNames = (variable: string) => readList(variable)?.map((name) => OFFICIAL + name)
  const enabled = fullNames('OTEL_NODE_ENABLED_INSTRUMENTATIONS')
  const disabled = fullNames('OTEL_NODE_DISABLED_INSTRUMENTATIONS')
  return (name) => {
    if (!name.startsWith(OFFICIAL)) return true
    return (enabled?.includes(name) ?? true) && !disabled?.includes(name)
  }
}

/** Names of packages that are instrumentations: those that the application has chosen, or else those that are there. */
function namesOf(require: NodeJS.Require): Set<string> {
  const folders = require.resolve.paths('x') ?? []
  const chosen = folders.flatMap((folder) => dependenciesIn(dirname(folder)))
  const names = chosen.length > 0 ? chosen : folders.flatMap(packagesIn)
  return new Set(names)
}

function dependenciesIn(folder: string): string[] {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const { dependencies, devDependencies, optionalDependencies } = manifest
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
    return names.filter((name) => INSTRUMENTATION.test(name))
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
