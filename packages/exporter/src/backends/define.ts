import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  SESSION_ID_MAX_LENGTH,
} from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import type { BackendDefinition, SessionBackend } from './backend.ts'
import { toBackend } from './mapper.ts'
import { GENERIC_KEYS, PROTOTYPE_NAMES } from './plan.ts'

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
] satisfies (keyof BackendDefinition)[]

/**
 * Makes a backend of your own for the option `backends`: the attributes that it groups by. An attribute that spans have
 * anyway, such as `user.id`, is accepted only where it belongs (as `user`). The definition is copied; changing it later
 * has no effect.
 *
 * @throws TypeError or RangeError that names the property and the kind of value it has
 * @example const mine = defineBackend({ name: 'mine', session: ['app.session'], user: 'app.user' })
 * @example const mine = defineBackend({ ...azure, name: 'mine', user: 'app.user' })
 */
export function defineBackend(definition: BackendDefinition): SessionBackend {
  const own = record(definition, 'the definition', FIELDS)
  const { name, conversationFromSession = false } = own
  if (typeof name !== 'string' || name === '') throw wrong('name', 'a string that is not empty', name)
  if (typeof conversationFromSession !== 'boolean') {
    throw wrong('conversationFromSession', 'true or false', conversationFromSession)
  }
  const optional = <T>(field: keyof BackendDefinition, check: (value: unknown, where: string) => T) =>
    own[field] === undefined ? undefined : check(own[field], field)
  return toBackend({
    name,
    session: sessionKeys(own['session'], 'session'),
    alsoReads: optional('alsoReads', sessionKeys),
    conversation: optional('conversation', (value, where) => key(value, where, ATTR_GEN_AI_CONVERSATION_ID)),
    conversationFromSession,
    user: optional('user', (value, where) => key(value, where, ATTR_USER_ID)),
    tags: optional('tags', checkedTags),
    metadata: optional('metadata', checkedMetadata),
    idRule: optional('idRule', checkedIdRule),
    extras: optional('extras', checkedExtras),
  })
}

const OWNER = 'defineBackend: '

const wrong = (where: string, what: string, value: unknown) =>
  new TypeError(`${OWNER}${where} must be ${what}, it is ${kindOf(value)}`)

function record(value: unknown, where: string, fields?: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(where, 'an object', value)
  }
  const unknown = fields && Object.keys(value).find((name) => !fields.includes(name))
  if (unknown === undefined) return { ...value }
  throw new TypeError(
    `${OWNER}${where} has no property ${JSON.stringify(unknown)}; the properties are ${fields?.join(', ')}`,
  )
}

/** @param own the generic attribute that belongs here; another one would be replaced, or never written */
function key(value: unknown, where: string, own?: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(where, 'the name of an attribute', value)
  if (PROTOTYPE_NAMES.includes(value) || (value !== own && GENERIC_KEYS.includes(value))) {
    throw new TypeError(`${OWNER}${where} must not be ${value}`)
  }
  return value
}

function sessionKeys(value: unknown, where: string): string[] {
  if (!Array.isArray(value)) throw wrong(where, 'an array of names of attributes', value)
  return value.map((each, index) => key(each, `${where}[${index}]`, ATTR_SESSION_ID))
}

function checkedTags(value: unknown, where: string): BackendDefinition['tags'] {
  const { key: attribute, form } = record(value, where, ['key', 'form'])
  if (form !== 'array' && form !== 'comma-separated' && form !== 'json') {
    throw wrong(`${where}.form`, "'array', 'comma-separated' or 'json'", form)
  }
  return { key: key(attribute, `${where}.key`, ATTR_TAG_TAGS), form }
}

function checkedMetadata(value: unknown, where: string): BackendDefinition['metadata'] {
  const { key: attribute, prefix, form } = record(value, where, ['key', 'prefix', 'form'])
  if (form === 'json' && prefix === undefined)
    return { key: key(attribute, `${where}.key`, ATTR_METADATA), form }
  if (form === 'attributes' && attribute === undefined)
    return { prefix: key(prefix, `${where}.prefix`), form }
  throw new TypeError(`${OWNER}${where} must have a key with form 'json', or a prefix with form 'attributes'`)
}

function checkedIdRule(value: unknown, where: string): BackendDefinition['idRule'] {
  const { maxLength, pattern } = record(value, where, ['maxLength', 'pattern'])
  const isLength = Number.isInteger(maxLength) && (maxLength as number) >= 1
  if (maxLength !== undefined && !(isLength && (maxLength as number) <= SESSION_ID_MAX_LENGTH)) {
    throw new RangeError(
      `${OWNER}${where}.maxLength must be a whole number from 1 to ${SESSION_ID_MAX_LENGTH}`,
    )
  }
  if (pattern !== undefined && !(pattern instanceof RegExp))
    throw wrong(`${where}.pattern`, 'a RegExp', pattern)
  // Backends are frozen, and a frozen RegExp may fail where the application uses it.
  return { maxLength: maxLength as number | undefined, pattern: pattern && new RegExp(pattern) }
}

function checkedExtras(value: unknown, where: string): BackendDefinition['extras'] {
  const extras = Object.entries(record(value, where)).map(([name, constant]) => {
    const property = `${where}[${JSON.stringify(name)}]`
    if (!['string', 'number', 'boolean'].includes(typeof constant)) {
      throw wrong(property, 'a string, a number or true or false', constant)
    }
    return [key(name, property), constant]
  })
  return Object.fromEntries(extras)
}
