import { SESSION_ID_MAX_LENGTH } from './limits.ts'

/** Why a valid session ID is a weak one. */
export type SessionIdAdvice = 'generic' | 'placeholder' | 'surrounding-blank' | 'looks-like-email'

const GENERIC = /^(session|conversation|thread|chat|user|test|default|demo|example)([_-]?\d{0,3})$/i
const PLACEHOLDER = /^(undefined|null|none|nan|new)$/i
const STRINGIFIED_OBJECT = /^\[object \w+\]$/
const SURROUNDING_BLANK = /^ | $/
// A letter or digit in the domain's end, so that a row of punctuation with an @ and a dot is no address.
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]*[a-z0-9][^\s@]*$/i

/**
 * All advice that applies to a valid session ID, in the order `generic`, `placeholder`, `surrounding-blank`,
 * `looks-like-email`. Advice changes nothing, except that a hint that is a placeholder is ignored.
 *
 * Source: the good and bad patterns of the Phoenix session guide.
 *
 * @param id a valid session ID; anything that is not a string gets no advice
 * @example adviseSessionId('session_1')       // ['generic']
 * @example adviseSessionId('[object Object]') // ['placeholder']
 */
export function adviseSessionId(id: string): SessionIdAdvice[] {
  const advice: SessionIdAdvice[] = []
  if (typeof id !== 'string') return advice
  if (GENERIC.test(id)) advice.push('generic')
  if (isPlaceholder(id)) advice.push('placeholder')
  if (SURROUNDING_BLANK.test(id)) advice.push('surrounding-blank')
  if (EMAIL.test(id)) advice.push('looks-like-email')
  return advice
}

/** Whether a string is what a missing value looks like once it was made a string. */
export function isPlaceholder(id: string): boolean {
  return PLACEHOLDER.test(id) || STRINGIFIED_OBJECT.test(id)
}

const LONGEST_WEAK_WORD = 'conversation_999'.length
// What is not printable US-ASCII; and a space or an @, without which a long ID is not weak.
const DOUBTFUL = /[^\u0021-\u003f\u0041-\u007e]/

/** Whether a string is beyond doubt a valid session ID and no weak one: nearly every one, told by one look. */
export function isPlainSessionId(id: string): boolean {
  return id.length > LONGEST_WEAK_WORD && id.length <= SESSION_ID_MAX_LENGTH && !DOUBTFUL.test(id)
}
