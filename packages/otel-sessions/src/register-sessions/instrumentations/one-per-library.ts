import { readList } from '../environment/variables.ts'
import {
  type InstrumentationLike,
  type InstrumentationLog,
  LOG,
  modulesOf,
  reportFailure,
} from './instrumentation.ts'

/** The names of instrumentations, by who makes them: the first has precedence. */
const KINDS = {
  OpenInference: /^@arizeai\/openinference-instrumentation-/,
  Traceloop: /^@traceloop\/instrumentation-/,
  OpenTelemetry: /^@opentelemetry\/instrumentation-/,
}
type Kind = keyof typeof KINDS
const ORDER = Object.keys(KINDS) as Kind[]

/** The names of instrumentations of libraries for LLMs, by OpenInference and Traceloop. */
export const OF_LLMS = /^(@arizeai\/openinference-instrumentation-|@traceloop\/instrumentation-)/

/** The names of an instrumentation that is not used, and of the one that is used instead. */
export interface LeftOut {
  readonly name: string
  readonly usedInstead: string
}

/**
 * Leaves out, in place, where two instrumentations, of OpenTelemetry, OpenInference or Traceloop, change the same library:
 * both make spans of a call, or one hides the other, and they break it if both read the body of its response. Those for
 * LLMs stay, because backends for LLMs read their attributes, and of these that of OpenInference, whose packages the
 * documentation names. `OTEL_NODE_ENABLED_INSTRUMENTATIONS` takes precedence, if it names OpenTelemetry's, and those that are passed
 * stay in any case. Never throws.
 *
 * @param found by the names of their packages; they are enabled
 */
export function keepOnePerLibrary(
  found: Map<string, readonly InstrumentationLike[]>,
  given: readonly InstrumentationLike[],
  log: InstrumentationLog = LOG,
): LeftOut[] {
  const named = readList('OTEL_NODE_ENABLED_INSTRUMENTATIONS') ?? []
  const all = [...found].flatMap(([name, ofPackage]) => ofPackage.map((each) => candidateOf(each, name)))
  const rank = (each: Candidate) => {
    const isNamed = each.kind === 'OpenTelemetry' && named.includes(each.library)
    return isNamed || each.kind === undefined ? -1 : ORDER.indexOf(each.kind)
  }
  const kept = given.map((each) => candidateOf(each))
  const leftOut = new Map<InstrumentationLike, LeftOut>()
  for (const each of all.sort((one, other) => rank(one) - rank(other))) {
    const rival = kept.find((other) => areRivals(each, other))
    if (rival === undefined) kept.push(each)
    else leftOut.set(each.instrumentation, { name: each.name, usedInstead: rival.name })
  }
  for (const [name, ofPackage] of found) {
    const isKept = (each: InstrumentationLike) => !leftOut.has(each)
    found.set(name, ofPackage.filter(isKept))
  }
  for (const [instrumentation, { name }] of leftOut) {
    try {
      instrumentation.disable?.()
    } catch (error) {
      reportFailure({ instrumentationName: name }, error, log)
    }
  }
  return [...leftOut.values()]
}

interface Candidate {
  readonly instrumentation: InstrumentationLike
  readonly name: string
  readonly kind: Kind | undefined
  /** What the name ends with: some do not tell which modules they change. */
  readonly library: string
  readonly modules: readonly string[]
}

function candidateOf(instrumentation: InstrumentationLike, packageName = ''): Candidate {
  const name = instrumentation.instrumentationName ?? packageName
  const kind = ORDER.find((each) => KINDS[each].test(name))
  const library = kind === undefined ? name : name.replace(KINDS[kind], '')
  return { instrumentation, name, kind, library, modules: modulesOf(instrumentation) }
}

function areRivals(one: Candidate, other: Candidate): boolean {
  if (one.kind === undefined || other.kind === undefined || one.kind === other.kind) return false
  return one.library === other.library || one.modules.some((name) => other.modules.includes(name))
}
