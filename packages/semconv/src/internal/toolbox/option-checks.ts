/** Describes a value for a message: its type and, for strings, its length. Never contains the value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `a string of ${countOf(value.length, 'character')}`
  if (Array.isArray(value)) return 'an array'
  return `a value of type ${typeof value}`
}

/** A number of things, for a message: `1 character`, `2 characters`. */
export const countOf = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`

/**
 * Checks that options are an object with known names only.
 *
 * @param where the class or function that the message names
 * @throws TypeError that names the option
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${where}: options must be an object, they are ${kindOf(options)}`)
  }
  const problem = unknownOption(options, known)
  if (problem !== undefined) throw new TypeError(`${where}: ${problem}`)
}

/** Describes the first unknown option, naming it and the known ones; undefined if all are known. */
export function unknownOption(options: object, known: readonly string[]): string | undefined {
  const name = Object.keys(options).find((each) => !known.includes(each))
  return name === undefined
    ? undefined
    : `there is no option ${JSON.stringify(name)}; the options are ${known.join(', ')}`
}

/** Checks that an option is a whole number. @throws RangeError that names the option, its range and the value */
export function checkWholeNumber(
  where: string,
  option: string,
  value: unknown,
  least: number,
  most: number,
): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
  const got = typeof value === 'number' ? String(value) : kindOf(value)
  throw new RangeError(
    `${where}: option ${option} must be a whole number from ${least} to ${most}, it is ${got}`,
  )
}

/** Checks that an option is a function or undefined. @throws TypeError that names the option and the value's type */
export function checkFunction(where: string, option: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw new TypeError(`${where}: option ${option} must be a function, it is ${kindOf(value)}`)
}

/** Checks that an option is one of several values. @throws TypeError that names the option, the values and the type */
export function checkChoice(
  where: string,
  option: string,
  value: unknown,
  choices: readonly unknown[],
): void {
  if (choices.includes(value)) return
  const list = choices
    .map((choice) => (typeof choice === 'string' ? `'${choice}'` : String(choice)))
    .join(' or ')
  throw new TypeError(`${where}: option ${option} must be ${list}, it is ${kindOf(value)}`)
}
