const MILLIS_PER_SECOND = 1000

/**
 * How long a receiver wants to be left alone, in milliseconds: the header `Retry-After`, seconds or a date (RFC 9110,
 * section 10.2.3). Undefined where it says nothing that can be read.
 */
export function retryAfterMillis(header: string | undefined, wallClock: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * MILLIS_PER_SECOND
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallClock)
}
