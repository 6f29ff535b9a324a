import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  SESSION_ID_MAX_LENGTH,
} from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import type { SessionBackend } from './backends/backend.ts'
import { GENERIC_KEYS, PROTOTYPE_NAMES } from './dialect-keys.ts'

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
] satisfies (keyof SessionBackend)[]

/**
 * A copy of a dialect of the application's own, which may change its object later.
 *
 * @param where what stands before the name of the property that is wrong
 * @throws TypeError or RangeError
 */
export function checkedDialect(dialect: unknown, where: string): SessionBackend {
  const its = record(dialect, where, FIELDS, 'a name or an object')
  const { name, conversationFromSession = false } = its
  if (typeof name !== 'string' || name === '')
    throw wrong(`${where}.name`, 'a string that is not empty', name)
  if (typeof conversationFromSession !== 'boolean') {
    throw wrong(`${where}.conversationFromSession`, 'true or false', conversationFromSession)
  }
  const optional = <T>(field: keyof SessionBackend, check: (value: unknown, where: string) => T) =>
    its[field] === undefined ? undefined : check(its[field], `${where}.${field}`)
  return {
    name,
    session: sessionKeys(its['session'], `${where}.session`),
    alsoReads: optional('alsoReads', sessionKeys),
    conversation: optional('conversation', (value, path) => key(value, path, ATTR_GEN_AI_CONVERSATION_ID)),
    conversationFromSession,
    user: optional('user', (value, path) => key(value, path, ATTR_USER_ID)),
    tags: optional('tags', checkedTags),
    metadata: optional('metadata', checkedMetadata),
    idRule: optional('idRule', checkedIdRule),
    extras: optional('extras', checkedExtras),
  }
}

const wrong = (where: string, what: string, value: unknown) =>
  new TypeError(`${where} must be ${what}, it is ${kindOf(value)}`)

function record(
  value: unknown,
  where: string,
  fields?: readonly string[],
  what = 'an object',
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(where, what, value)
  const unknown = fields && Object.keys(value).find((name) => !fields.includes(name))
  if (unknown === undefined) return { ...value }
  throw new TypeError(`${where} has no property ${JSON.stringify(unknown)}; there are ${fields?.join(', ')}`)
}

/** @param own the one of the stamped attributes that belongs here; another would be replaced, or never written. */
function key(value: unknown, where: string, own?: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(where, 'the name of an attribute', value)
  if (PROTOTYPE_NAMES.includes(value) || (value !== own && GENERIC_KEYS.includes(value))) {
    throw new TypeError(`${where} must not be ${value}`)
  }
  return value
}

function sessionKeys(value: unknown, where: string): string[] {
  if (!Array.isArray(value)) throw wrong(where, 'an array of names of attributes', value)
  return value.map((each, index) => key(each, `${where}[${index}]`, ATTR_SESSION_ID))
}

function checkedTags(value: unknown, where: string): SessionBackend['tags'] {
  const { key: its, form } = record(value, where, ['key', 'form'])
  if (form !== 'array' && form !== 'comma-separated' && form !== 'json') {
    throw wrong(`${where}.form`, "'array', 'comma-separated' or 'json'", form)
  }
  return { key: key(its, `${where}.key`, ATTR_TAG_TAGS), form }
}

function checkedMetadata(value: unknown, where: string): SessionBackend['metadata'] {
  const { key: its, prefix, form } = record(value, where, ['key', 'prefix', 'form'])
  if (form === 'json' && prefix === undefined) return { key: key(its, `${where}.key`, ATTR_METADATA), form }
  if (form === 'attributes' && its === undefined) return { prefix: key(prefix, `${where}.prefix`), form }
  throw new TypeError(`${where} must have a key with form 'json', or a prefix with form 'attributes'`)
}

function checkedIdRule(value: unknown, where: string): SessionBackend['idRule'] {
  const { maxLength, pattern } = record(value, where, ['maxLength', 'pattern'])
  const isLength = Number.isInteger(maxLength) && (maxLength as number) >= 1
  if (maxLength !== undefined && !(isLength && (maxLength as number) <= SESSION_ID_MAX_LENGTH)) {
    throw new RangeError(`${where}.maxLength must be a whole number from 1 to ${SESSION_ID_MAX_LENGTH}`)
  }
  if (pattern !== undefined && !(pattern instanceof RegExp))
    throw wrong(`${where}.pattern`, 'a RegExp', pattern)
  return { maxLength: maxLength as number | undefined, pattern }
}

function checkedExtras(value: unknown, where: string): SessionBackend['extras'] {
  const extras = Object.entries(record(value, where)).map(([name, constant]) => {
    const its = `${where}[${JSON.stringify(name)}]`
    if (!['string', 'number', 'boolean'].includes(typeof constant)) {
      throw wrong(its, 'a string, a number or true or false', constant)
    }
    return [key(name, its), constant]
  })
  return Object.fromEntries(extras)
}
