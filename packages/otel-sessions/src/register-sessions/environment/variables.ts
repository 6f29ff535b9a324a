import { kindOf } from '@otel-sessions/semconv/internal'
import { problems } from '../../problems.ts'

// Variables as the OpenTelemetry specification has them: an empty one counts as unset, and a wrong one is ignored. No
// message repeats a value, which may be a key in the wrong place; only what is known to be a name in the specification.

/** The value of an environment variable, without blanks around it; undefined if it is unset or empty. */
export const readText = (name: string): string | undefined => process.env[name]?.trim() || undefined

/** Reports a variable that cannot be served, once for each reason. */
export function ignore(name: string, why: string): undefined {
  const message = `${name} is ignored: ${why}`
  problems.report('environment:ignored', () => message, message)
}

/** `true` or `false`, in any case; undefined for everything else, which is reported. */
export function readBoolean(name: string): boolean | undefined {
  const text = readText(name)
  if (text === undefined) return undefined
  const isTrue = /^true$/i.test(text)
  return isTrue || /^false$/i.test(text) ? isTrue : ignore(name, `it is ${kindOf(text)}, not true or false`)
}

/** A number in a range; undefined for everything else, which is reported. */
export function readNumber(name: string, most: number, isWhole: boolean): number | undefined {
  const text = readText(name)
  if (text === undefined) return undefined
  const value = Number(text)
  const isRight = value >= 0 && value <= most && (!isWhole || Number.isSafeInteger(value))
  const expected = isWhole ? 'a whole number of at least 0' : `a number from 0 to ${most}`
  return isRight ? value : ignore(name, `it is not ${expected}`)
}

/** The members of a list with commas between them; undefined if it has none. */
export function readList(name: string): string[] | undefined {
  const members = readText(name)
    ?.split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
  return members?.length ? members : undefined
}

/** Names that a variable can have. */
export interface Names<Name extends string> {
  readonly served: readonly Name[]
  /** Names of the specification that are not served; a message may repeat them. */
  readonly unserved: readonly string[]
  /** What to do instead. */
  readonly remedy: string
}

/** Which of the names, in any case, a text is; undefined for everything else. */
export const servedName = <Name extends string>(text: string, { served }: Names<Name>): Name | undefined =>
  served.find((each) => each === text.toLowerCase())

/** Which of the names, in any case, a text is; undefined for everything else, which is reported. */
export function nameOf<Name extends string>(
  name: string,
  text: string,
  names: Names<Name>,
): Name | undefined {
  const found = servedName(text, names)
  if (found !== undefined) return found
  const lower = text.toLowerCase()
  const what = names.unserved.includes(lower) ? `"${lower}"` : kindOf(text)
  const served = names.served.join(', ')
  return ignore(name, `${what} is not served; served are ${served}. ${names.remedy}`)
}
