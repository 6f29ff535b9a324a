/**
 * What the packages of this project share. It is not public and may change in any release.
 *
 * - `session-record.ts`: the record that the processor leaves on a span's SpanContext and the exporter reads
 * - `late-rules.ts`: which session a span has at its end; called by the processor, or else by the exporter
 * - `fields.ts`: fields that travel between spans, or that limits of the SDK dropped or truncated
 * - `missing-processor.ts`: scopes are entered, and nothing stamps the spans; both sides notice that
 * - `id-options.ts`: the options that a processor and an exporter have in common
 * - `read-attributes.ts`: reading attributes and the JSON in `metadata`
 * - `toolbox/`: timers, the problem log, option checks, bounded caches, exactly-once callbacks, varints
 *
 * The packages call this folder; it calls the aliases and the session ID rule. Nothing calls back.
 *
 * @module
 */
export { reportCopies } from '#report-copies'
export { type AliasPlan, planAliases } from '../aliases/plan.ts'
export {
  type AliasCheck,
  type AliasMatch,
  type AliasReason,
  checkAliasValue,
  namesRejectedSession,
  type OwnFields,
  readAlias,
} from '../aliases/read.ts'
export { type NamedField, type NamingKeys, namingKeys } from '../aliases/users.ts'
export { isPlaceholder, isPlainSessionId, validId } from '../session-id.ts'
export {
  agree,
  fieldsFromBelow,
  isSameValue,
  lostFields,
  noteOnTrace,
  unlessPresent,
} from './fields.ts'
export { checkIdOptions } from './id-options.ts'
export {
  isUntouched,
  mergeLateMetadata,
  type ResolvedSession,
  resolveSession,
  sessionIdRank,
  writtenId,
} from './late-rules.ts'
export { PROCESSOR, processorLog, reportBareSpan, reportMissingProcessor } from './missing-processor.ts'
export { isPolluted, isTooLongToRead, type MetadataRead, ownValue, readMetadata } from './read-attributes.ts'
export {
  addRecord,
  ownRecord,
  type Resolution,
  readRecord,
  SESSION_RECORD,
  SESSION_RECORD_VERSION,
  type SessionFlush,
  type SessionRecord,
  type SessionRecordSettings,
  type SessionTrace,
  type StampedFields,
  writeRecord,
} from './session-record.ts'
export { copyOf } from './toolbox/counts.ts'
export { GenerationalMap } from './toolbox/generations.ts'
export { once } from './toolbox/once.ts'
export {
  checkChoice,
  checkFunction,
  checkOption,
  checkOptions,
  checkWholeNumber,
  countOf,
  kindOf,
  numberOrKind,
} from './toolbox/option-checks.ts'
export * from './toolbox/problem-counts.ts'
export {
  type Logger,
  logNow,
  logUnheard,
  type ProblemLog,
  problemLog,
  registeredApi,
} from './toolbox/problem-log.ts'
export {
  type ProcessState,
  processState,
  resetProcessState,
} from './toolbox/process-state.ts'
export {
  after,
  afterKeepingAlive,
  DeadlineError,
  LONGEST_TIMER_MILLIS,
  now,
  type Timer,
  within,
} from './toolbox/timers.ts'
export { MAX_VARINT_SIZE, varintSize, writeInt64, writeVarint } from './toolbox/varint.ts'
export { VERSION } from './version.ts'
