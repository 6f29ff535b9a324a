import { kindOf } from '@otel-sessions/semconv/internal'
import { checkWholeNumber } from '../check-number.ts'
import { httpUrl } from './sending/url.ts'

/** What the messages begin with. */
export const CLASS = 'PersistentBatchSpanProcessor'

/** @throws RangeError that names the option and what it is */
export function checkNumber(option: string, value: unknown, most: number, least = 1): void {
  checkWholeNumber(option, value, most, { of: CLASS, least })
}

/** @throws TypeError that names the option, what it may be, and the kind of what it is */
export function checkChoice(option: string, value: unknown, choices: readonly string[]): void {
  if (typeof value === 'string' && choices.includes(value)) return
  const may = choices.map((choice) => `'${choice}'`).join(' or ')
  throw new TypeError(`${CLASS}: option ${option} must be ${may}, it is ${kindOf(value)}`)
}

/** @throws TypeError that names the option and the kind of what it is; never the URL, which may hold a password */
export function checkUrl(option: string, value: unknown): void {
  if (httpUrl(value) !== undefined) return
  throw new TypeError(
    `${CLASS}: option ${option} must be a whole URL with http: or https:, it is ${kindOf(value)}`,
  )
}
