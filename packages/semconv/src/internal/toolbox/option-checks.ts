import { isPolluted } from '../read-attributes.ts'

/** Describes a value for a message: its type and, for strings, its length. Never contains the value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `a string of ${countOf(value.length, 'character')}`
  if (Array.isArray(value)) return 'an array'
  return `a value of type ${typeof value}`
}

/** A number as it is, else the kind of a value. For values that are never an ID. */
export const numberOrKind = (value: unknown): string =>
  typeof value === 'number' ? String(value) : kindOf(value)

/** A number of things, for a message: `1 character`, `2 characters`. */
export const countOf = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`

/**
 * Checks that options are an object with known names only.
 *
 * @param where the class or function that the message names
 * @returns the options, without what stands on `Object.prototype`
 * @throws TypeError that names the option
 */
export function checkOptions<T extends object>(where: string, options: T, known: readonly string[]): T {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${where}: options must be an object, they are ${kindOf(options)}`)
  }
  const name = Object.keys(options).find((each) => !known.includes(each))
  if (name !== undefined) {
    const names = known.join(', ')
    throw new TypeError(`${where}: there is no option ${JSON.stringify(name)}; the options are ${names}`)
  }
  const own = Object.create(null)
  for (const each of known) if (!isPolluted(options, each)) own[each] = options[each as keyof T]
  return own
}

/**
 * Checks that an option is right.
 *
 * @param expected what it must be
 * @param described what the error says about the value
 * @throws Problem that names the option
 */
export function checkOption(
  isRight: boolean,
  where: string,
  option: string,
  expected: string,
  value: unknown,
  described = kindOf(value),
  Problem: typeof TypeError | typeof RangeError = TypeError,
): void {
  if (isRight) return
  throw new Problem(`${where}: option ${option} must be ${expected}, it is ${described}`)
}

/** Checks that an option is a whole number. @throws RangeError that names the option, its range and the value */
export function checkWholeNumber(
  where: string,
  option: string,
  value: unknown,
  least: number,
  most: number,
): void {
  const isRight = Number.isInteger(value) && (value as number) >= least && (value as number) <= most
  const expected = `a whole number from ${least} to ${most}`
  checkOption(isRight, where, option, expected, value, numberOrKind(value), RangeError)
}

/** Checks that an option is a function or undefined. @throws TypeError that names the option and the value's type */
export function checkFunction(where: string, option: string, value: unknown): void {
  checkOption(value === undefined || typeof value === 'function', where, option, 'a function', value)
}

/** Checks that an option is one of several values. @throws TypeError that names the option, the values and the type */
export function checkChoice(
  where: string,
  option: string,
  value: unknown,
  choices: readonly unknown[],
): void {
  const list = choices.map((choice) => (typeof choice === 'string' ? `'${choice}'` : choice)).join(' or ')
  checkOption(choices.includes(value), where, option, list, value)
}
