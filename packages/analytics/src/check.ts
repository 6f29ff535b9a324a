import { kindOf } from '@otel-sessions/semconv/internal'

/** What is wrong with a snapshot. */
class Wrong extends TypeError {
  constructor(path: string, wanted: string, value: unknown) {
    const is = typeof value === 'number' ? String(value) : kindOf(value)
    super(`SessionAnalytics: ${path} of the snapshot must be ${wanted}, it is ${is}`)
    this.name = 'TypeError'
  }
}

/** Checks a value at a path. Throws `Wrong`. */
export type Check = (value: unknown, path: string) => void

const check =
  (wanted: string, isFine: (value: unknown) => boolean): Check =>
  (value, path) => {
    if (!isFine(value)) throw new Wrong(path, wanted, value)
  }

export const count = check(
  'a whole number from 0',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
)
export const whole = check('a whole number', Number.isSafeInteger)
export const finite = check('a finite number', Number.isFinite)
export const bool = check('true or false', (value) => typeof value === 'boolean')

export const text = (least: number, most: number): Check =>
  check(`a string of ${least} to ${most} characters`, (value) => {
    return typeof value === 'string' && value.length >= least && value.length <= most
  })

export const oneOf = (values: readonly unknown[]): Check =>
  check(`one of ${values.join(', ')}`, (value) => values.includes(value))

export const optional =
  (one: Check): Check =>
  (value, path) => {
    if (value !== undefined) one(value, path)
  }

export const list =
  (one: Check, most: number): Check =>
  (value, path) => {
    if (!Array.isArray(value) || value.length > most) {
      throw new Wrong(path, `an array of at most ${most}`, value)
    }
    for (let index = 0; index < value.length; index++) one(value[index], `${path}[${index}]`)
  }

export const tuple =
  (...parts: readonly Check[]): Check =>
  (value, path) => {
    if (!Array.isArray(value) || value.length !== parts.length) {
      throw new Wrong(path, `an array of ${parts.length}`, value)
    }
    for (const [index, part] of parts.entries()) part(value[index], `${path}[${index}]`)
  }

export const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Wrong(path, 'an object', value)
    }
    for (const [field, one] of Object.entries(fields)) {
      const own = Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined
      one(own, `${path}.${field}`)
    }
  }

export const both =
  (...checks: readonly Check[]): Check =>
  (value, path) => {
    for (const one of checks) one(value, path)
  }

export const holds = (wanted: string, isFine: (value: never) => boolean): Check =>
  check(wanted, (value) => isFine(value as never))
