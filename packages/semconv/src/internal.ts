/**
 * What the packages of this project share beyond the public interface. It may change in any release.
 *
 * @module
 */
export { isPlaceholder, isPlainSessionId } from './advice.ts'
export { type AliasPlan, aliasesProblem, planAliases } from './alias-plan.ts'
export { type AliasCheck, type AliasReason, checkAliasValue } from './alias-value.ts'
export { kindOf, optionsProblem } from './kind.ts'
export { isUntouched, type LateSession, lateMetadata, lateSession, TOO_LONG } from './late.ts'
export { isTooLongToRead, type MetadataRead, readMetadata } from './metadata.ts'
export { ownValue } from './own-value.ts'
export { type OwnWords, readAlias } from './read-alias.ts'
export { namesRefusedSession } from './refused-alias.ts'
