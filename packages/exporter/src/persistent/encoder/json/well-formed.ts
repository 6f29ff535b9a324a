/** An escape as `JSON.stringify` writes it; halves of surrogate pairs are the only ones that begin with `\ud`. */
const ESCAPE = /\\(?:ud[0-9a-f]{3}|.)/g

/**
 * JSON in which halves of surrogate pairs are U+FFFD, as they are in UTF-8: there are parsers that refuse a whole
 * request for one.
 */
export const wellFormed = (json: string): string =>
  json.includes('\\ud')
    ? json.replace(ESCAPE, (written) => (written.startsWith('\\ud') ? '\ufffd' : written))
    : json
