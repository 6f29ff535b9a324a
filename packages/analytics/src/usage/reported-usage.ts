import type { SpanCost, WorkKind } from './span-usage.ts'
import type { UsageConvention } from './usage-convention.ts'

/** Parts of the input and the output, or counts beside them. */
export interface UsageDetails {
  /** Read from a cache. */
  readonly cached: number | undefined
  /** Written to a cache, for any lifetime. */
  readonly written: number | undefined
  /** Of those written: for an hour. */
  readonly writtenHour: number | undefined
  readonly reasoning: number | undefined
}

/** What the attributes of one family report, before it is known which token counts include others. */
export interface ReportedUsage extends UsageDetails {
  readonly kind: WorkKind | undefined
  /** The model of the response. */
  readonly model: string | undefined
  readonly requestModel: string | undefined
  /** Whether nothing says if `model` is that of the response or of the request. */
  readonly mayBeRequested: boolean
  readonly responseId: string | undefined
  readonly provider: string | undefined
  readonly input: number | undefined
  readonly output: number | undefined
  readonly total: number | undefined
  /** How these numbers are counted, if the names of the attributes say so; otherwise the scope decides. */
  readonly convention: readonly UsageConvention[] | undefined
  readonly cost: SpanCost | undefined
  readonly userId: string | undefined
  readonly callIfNoneBelow: boolean
  readonly isStopped: boolean
}

/** Nothing is reported. */
export const NO_USAGE: ReportedUsage = {
  kind: undefined,
  model: undefined,
  requestModel: undefined,
  mayBeRequested: false,
  responseId: undefined,
  provider: undefined,
  input: undefined,
  output: undefined,
  total: undefined,
  cached: undefined,
  written: undefined,
  writtenHour: undefined,
  reasoning: undefined,
  convention: undefined,
  cost: undefined,
  userId: undefined,
  callIfNoneBelow: false,
  isStopped: false,
}

/** Makes a look-up of the kind that an attribute names. */
export const kindsOf = (kinds: Readonly<Record<string, WorkKind>>): ReadonlyMap<unknown, WorkKind> =>
  new Map(Object.entries(kinds))

/** Makes a cost of its parts. A missing total is the sum of both parts; undefined if nothing is reported. */
export function costOfParts(
  input: number | undefined,
  output: number | undefined,
  total: number | undefined,
): SpanCost | undefined {
  if (total !== undefined) return { input, output, total }
  if (input === undefined && output === undefined) return undefined
  return { input, output, total: input !== undefined && output !== undefined ? input + output : undefined }
}
