import { urlToHttpOptions } from 'node:url'

/** A whole URL with http: or https: that requests can be sent to; undefined for any other value. */
export function httpUrl(value: unknown): URL | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const url = new URL(value)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  try {
    // It decodes the name and the password, which a URL may have although they cannot be decoded.
    urlToHttpOptions(url)
    return url
  } catch {
    return undefined
  }
}
