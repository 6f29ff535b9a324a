import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  SESSION_ID_MAX_LENGTH,
  type SessionDialect,
} from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'

const FIELDS = [
  'name',
  'session',
  'alsoReads',
  'conversation',
  'conversationFromSession',
  'user',
  'tags',
  'metadata',
  'idRule',
  'extras',
] satisfies (keyof SessionDialect)[]

/** Attributes that mean something else: a session written there would replace it. */
const NO_SESSION_KEYS = [ATTR_GEN_AI_CONVERSATION_ID, ATTR_USER_ID, ATTR_TAG_TAGS, ATTR_METADATA]

/** Names by which an object's prototype is reached. */
export const PROTOTYPE_NAMES: readonly string[] = ['__proto__', 'constructor', 'prototype']

/**
 * A copy of a dialect of the application's own, which may change its object later.
 *
 * @param where what stands before the name of the property that is wrong
 * @throws TypeError or RangeError
 */
export function checkedDialect(dialect: unknown, where: string): SessionDialect {
  const its = record(dialect, where, FIELDS)
  const { name, conversationFromSession = false, extras, idRule } = its
  if (typeof name !== 'string' || name === '')
    throw wrong(`${where}.name`, 'a string that is not empty', name)
  if (typeof conversationFromSession !== 'boolean') {
    throw wrong(`${where}.conversationFromSession`, 'true or false', conversationFromSession)
  }
  const session = keys(its['session'], `${where}.session`)
  const other = session.find((key) => NO_SESSION_KEYS.includes(key as never))
  if (other !== undefined) {
    throw new TypeError(`${where}.session holds ${other}, which is no session's attribute`)
  }
  return {
    name,
    session,
    alsoReads: keys(its['alsoReads'] ?? [], `${where}.alsoReads`),
    conversation: optionalKey(its['conversation'], `${where}.conversation`),
    conversationFromSession,
    user: optionalKey(its['user'], `${where}.user`),
    tags: its['tags'] === undefined ? undefined : checkedTags(its['tags'], `${where}.tags`),
    metadata:
      its['metadata'] === undefined ? undefined : checkedMetadata(its['metadata'], `${where}.metadata`),
    idRule: idRule === undefined ? undefined : checkedIdRule(idRule, `${where}.idRule`),
    extras: extras === undefined ? undefined : checkedExtras(extras, `${where}.extras`),
  }
}

const wrong = (where: string, what: string, value: unknown) =>
  new TypeError(`${where} must be ${what}, it is ${kindOf(value)}`)

function record(value: unknown, where: string, fields: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(where, fields === FIELDS ? 'a name or an object' : 'an object', value)
  }
  const unknown = Object.keys(value).find((name) => !fields.includes(name))
  if (unknown === undefined) return { ...value }
  throw new TypeError(`${where} has no property ${JSON.stringify(unknown)}; there are ${fields.join(', ')}`)
}

function key(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(where, 'the name of an attribute', value)
  if (PROTOTYPE_NAMES.includes(value)) throw new TypeError(`${where} must not be ${value}`)
  return value
}

const optionalKey = (value: unknown, where: string) => (value === undefined ? undefined : key(value, where))

function keys(value: unknown, where: string): string[] {
  if (!Array.isArray(value)) throw wrong(where, 'an array of names of attributes', value)
  return value.map((each, index) => key(each, `${where}[${index}]`))
}

function checkedTags(value: unknown, where: string): SessionDialect['tags'] {
  const { key: its, form } = record(value, where, ['key', 'form'])
  if (form !== 'array' && form !== 'comma-separated' && form !== 'json') {
    throw wrong(`${where}.form`, "'array', 'comma-separated' or 'json'", form)
  }
  return { key: key(its, `${where}.key`), form }
}

function checkedMetadata(value: unknown, where: string): SessionDialect['metadata'] {
  const { key: its, prefix, form } = record(value, where, ['key', 'prefix', 'form'])
  if (form === 'json' && prefix === undefined) return { key: key(its, `${where}.key`), form }
  if (form === 'attributes' && its === undefined) return { prefix: key(prefix, `${where}.prefix`), form }
  throw new TypeError(`${where} must have a key with form 'json', or a prefix with form 'attributes'`)
}

function checkedIdRule(value: unknown, where: string): SessionDialect['idRule'] {
  const { maxLength, pattern } = record(value, where, ['maxLength', 'pattern'])
  const isLength = Number.isInteger(maxLength) && (maxLength as number) >= 1
  if (maxLength !== undefined && !(isLength && (maxLength as number) <= SESSION_ID_MAX_LENGTH)) {
    throw new RangeError(`${where}.maxLength must be a whole number from 1 to ${SESSION_ID_MAX_LENGTH}`)
  }
  if (pattern !== undefined && !(pattern instanceof RegExp))
    throw wrong(`${where}.pattern`, 'a RegExp', pattern)
  return {
    maxLength: maxLength as number | undefined,
    // With one of these flags a RegExp remembers where it was.
    pattern: pattern && new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')),
  }
}

function checkedExtras(value: unknown, where: string): SessionDialect['extras'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(where, 'an object', value)
  }
  const extras = Object.entries(value).map(([name, constant]) => {
    if (!['string', 'number', 'boolean'].includes(typeof constant)) {
      throw wrong(`${where}[${JSON.stringify(name)}]`, 'a string, a number or true or false', constant)
    }
    return [key(name, `${where}'s name`), constant]
  })
  return Object.fromEntries(extras)
}
