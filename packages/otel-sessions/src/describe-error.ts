import { kindOf } from '@otel-sessions/semconv/internal'

/** What names a class, and a code such as `ECONNREFUSED` or `P2002`: anything else may be a value of the application. */
const NAME = /^[A-Za-z_$][\w$]{0,59}$/
const CODE = /^[A-Z][A-Z0-9_]{0,39}$/

/**
 * Describes what was thrown, for a message: the name of the error and its code. Never its text, which may have a value.
 */
export function describeError(error: unknown): string {
  try {
    const { name, code } = Object(error) as { readonly name?: unknown; readonly code?: unknown }
    if (typeof name !== 'string' || !NAME.test(name)) return kindOf(error)
    return typeof code === 'string' && CODE.test(code) ? `${name}, ${code}` : name
  } catch {
    return kindOf(error)
  }
}
