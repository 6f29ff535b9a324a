import { readList } from '../environment/variables.ts'
import { guardPatches } from './guard-patches.ts'
import { hookImports } from './hook-imports.ts'
import { dependenciesOf, namesOf } from './installed.ts'
import {
  type InstrumentationLike,
  type InstrumentationLog,
  LOG,
  modulesOf,
  packageOf,
  reportFailure,
} from './instrumentation.ts'
import { missingInstrumentations } from './llm-libraries.ts'
import { withoutOrderWarnings } from './logger.ts'
import { keepOnePerLibrary, type LeftOut } from './one-per-library.ts'
import { patchImports } from './patch-imports.ts'
import { requiredFiles, warnOfLate } from './too-late.ts'
import { unreachableInstrumentations } from './unreachable.ts'

const ALL_OF_NODE = '@opentelemetry/auto-instrumentations-node'
const OFFICIAL = '@opentelemetry/instrumentation-'

/**
 * Loads the instrumentations that are installed, and constructs them, which enables them. Never throws: a package that
 * fails is logged once.
 *
 * @param loaders load as the application does; the first that has any is used
 * @param given those that are not loaded again
 * @param log says which are used, and if there are none
 */
export function findInstrumentations(
  loaders: readonly NodeJS.Require[],
  given: readonly InstrumentationLike[],
  log: InstrumentationLog = LOG,
): InstrumentationLike[] {
  const [require, names] =
    loaders.map((each) => [each, namesOf(each)] as const).find(([, { size }]) => size > 0) ?? []
  if (require === undefined || names === undefined) {
    const dependencies = loaders.flatMap((each) => dependenciesOf(each, false))
    if (given.length === 0) log.none(noneOf(dependencies))
    else warnOfMissing(dependencies, given, [], log)
    return []
  }
  const declared = [...names]
  const before = requiredFiles(require)
  const taken = new Set(given.map(({ instrumentationName }) => instrumentationName))
  const found = new Map<string, InstrumentationLike[]>()
  const attempt = (name: string, action: () => void) => {
    try {
      action()
    } catch (error) {
      reportFailure({ instrumentationName: name }, error, log)
    }
  }
  const add = (names: Iterable<string>) => {
    // All are loaded before one is constructed: what is required from then on counts as patched or left out for good, and
    // some require the module that they patch.
    const loaded = new Map<string, InstrumentationModule>()
    for (const name of names) attempt(name, () => loaded.set(name, require(name)))
    for (const [name, module] of loaded) {
      attempt(name, () => {
        const constructed = withoutOrderWarnings(() => construct(module, taken))
        for (const each of constructed) guardPatches(each, log)
        for (const { instrumentationName } of constructed) taken.add(instrumentationName)
        found.set(name, constructed)
      })
    }
  }
  const isChosen = choiceOfEnvironment()
  // First: it has most of the others.
  if (names.delete(ALL_OF_NODE)) add([ALL_OF_NODE])
  add([...names].filter((name) => !taken.has(name) && isChosen(name)))
  const leftOut = keepOnePerLibrary(found, given, log)
  const hooked = hookImports(
    new Map([...found].map(([name, all]) => [require.resolve(name), all.flatMap(modulesOf)])),
  )
  const patched = patchImports(found, log)
  logChoice(found, leftOut, log)
  const isReached = (name: string, each: InstrumentationLike) =>
    hooked.has(require.resolve(name)) || patched.has(each)
  const those = (wanted: boolean) =>
    new Map([...found].map(([name, all]) => [name, all.filter((each) => isReached(name, each) === wanted)]))
  const dependencies = dependenciesOf(require)
  warnOfUnreachable(unreachableInstrumentations(those(false), dependencies), log)
  warnOfLate({ found, reached: those(true), before, dependencies }, log)
  const all = [...found.values()].flat()
  warnOfMissing(dependenciesOf(require, false), [...given, ...all], declared, log)
  return all
}

/** @param dependencies the names of packages that the application depends on */
function noneOf(dependencies: readonly string[]): string {
  const [missing = { install: '@arizeai/openinference-instrumentation-openai' }] = missingInstrumentations(
    dependencies,
    [],
  )
  return `no instrumentation is installed, so only code that makes spans by itself has any: "npm install @opentelemetry/instrumentation-http ${missing.install}", or those of your libraries. If that is right, OTEL_SESSIONS_AUTO_INSTRUMENT=false`
}

/** Warns of libraries that call models and that no instrumentation is for, although there are others. */
function warnOfMissing(
  dependencies: readonly string[],
  all: readonly InstrumentationLike[],
  declared: readonly string[],
  log: InstrumentationLog,
): void {
  const instrumented = all.flatMap((each) => [
    each.instrumentationName ?? '',
    ...modulesOf(each).map(packageOf),
  ])
  const unwanted = readList('OTEL_NODE_DISABLED_INSTRUMENTATIONS') ?? []
  const missing = missingInstrumentations(dependencies, [...instrumented, ...declared, ...unwanted])
  if (missing.length === 0) return
  const libraries = missing.map(({ library }) => library).join(', ')
  const packages = missing.map(({ install }) => install).join(' ')
  log.none(
    `no instrumentation is installed for ${libraries}, whose calls make no spans: "npm install ${packages}"`,
    true,
  )
}

function logChoice(
  found: ReadonlyMap<string, readonly InstrumentationLike[]>,
  leftOut: readonly LeftOut[],
  log: InstrumentationLog,
): void {
  const names = [...found].flatMap(([name, all]) => all.map((each) => each.instrumentationName ?? name))
  log.inform(`registers the instrumentations that are installed: ${names.join(', ') || 'none is chosen'}`)
  for (const { name, usedInstead } of leftOut) {
    const choose = name.startsWith(OFFICIAL)
      ? "OTEL_NODE_ENABLED_INSTRUMENTATIONS chooses OpenTelemetry's if it names it"
      : 'To use it, uninstall the other one, or pass it to registerSessions'
    log.inform(`leaves ${name} out: ${usedInstead} changes the same library. ${choose}`)
  }
}

function warnOfUnreachable(names: readonly string[], log: InstrumentationLog): void {
  if (names.length === 0) return
  log.warn(
    'instrumentation:unreachable',
    `what ES modules import is out of reach of ${names.join(', ')}, unless you call their manuallyInstrument, or load the libraries with require. On Node 22.22.3, 24.11.1 or later, current versions reach it`,
  )
}

interface InstrumentationModule {
  /** Of `@opentelemetry/auto-instrumentations-node`, which chooses by the environment itself. */
  getNodeAutoInstrumentations?(configs: Record<string, { enabled: false }>): InstrumentationLike[]
}

function construct(
  module: InstrumentationModule,
  taken: ReadonlySet<string | undefined>,
): InstrumentationLike[] {
  if (module.getNodeAutoInstrumentations === undefined) return constructAll(module)
  const configs = Object.fromEntries([...taken].map((name) => [name, { enabled: false as const }]))
  return module.getNodeAutoInstrumentations(configs)
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
