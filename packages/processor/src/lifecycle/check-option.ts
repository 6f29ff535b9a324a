import { kindOf, unknownOption } from '@otel-sessions/semconv/internal'

/**
 * Options as an object that has no other names than these.
 *
 * @throws TypeError that names the function and the option
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${where}: options must be an object, they are ${kindOf(options)}`)
  }
  const unknown = unknownOption(options, known)
  if (unknown !== undefined) throw new TypeError(`${where}: ${unknown}`)
}

/** @throws RangeError that names the option and what it is */
export function checkWhole(where: string, option: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
  const is = typeof value === 'number' ? String(value) : kindOf(value)
  throw new RangeError(
    `${where}: option ${option} must be a whole number from ${least} to ${most}, it is ${is}`,
  )
}

/** @throws TypeError that names the option and the kind of value it has */
export function checkFunction(where: string, option: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw new TypeError(`${where}: option ${option} must be a function, it is ${kindOf(value)}`)
}
