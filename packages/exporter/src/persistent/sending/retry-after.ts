// The three forms of a date that HTTP knows all begin with the day's name; `Date.parse` alone takes `-1` for a year.
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*?( GMT)?$/

function parseDate(value: string): number {
  const match = DATE.exec(value)
  if (match === null) return Number.NaN
  return Date.parse(match[1] === undefined ? `${value} GMT` : value)
}

/**
 * What the header `Retry-After` asks for, in milliseconds and never negative: a number of seconds, or a date, which
 * is compared with the receiver's own `Date` where it sends one, because the two clocks may differ.
 *
 * @returns undefined where there is none, or none that can be read
 */
export function retryAfterMillis(value: string | undefined, date: string | undefined): number | undefined {
  const text = value?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const until = parseDate(text)
  if (Number.isNaN(until)) return undefined
  const sent = parseDate(date ?? '')
  return Math.max(0, until - (Number.isNaN(sent) ? Date.now() : sent))
}
