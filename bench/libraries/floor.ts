import { type Context, context, createContextKey } from '@opentelemetry/api'
import { type Content, RICH, richAttributes, SESSION_ID } from '../support/session.ts'
import { NoopProcessor, type Scopes, type Stampable, type Stamper } from './library.ts'

const KEY = createContextKey('bench.floor')
const RICH_ENTRIES = [['session.id', SESSION_ID], ...richAttributes('metadata.')] as const

/** A minimal hand-written processor: one lookup in the context, one attribute. */
class IdProcessor extends NoopProcessor {
  override onStart(span: Stampable, parent: Context): void {
    const id = parent.getValue(KEY)
    if (id !== undefined) span.setAttribute('session.id', id)
  }
}

/** A minimal hand-written processor for six attributes that were prepared when the scope was entered. */
class RichProcessor extends NoopProcessor {
  override onStart(span: Stampable, parent: Context): void {
    const entries = parent.getValue(KEY) as typeof RICH_ENTRIES | undefined
    if (entries === undefined) return
    for (const [key, value] of entries) span.setAttribute(key, value)
  }
}

const entering = <T>(value: unknown, fn: () => T): T =>
  context.with(context.active().setValue(KEY, value), fn)

/** `context.with(setValue)`: an ID, or one object with everything, under one key. */
export const floorScopes: Scopes = {
  id: (sessionId, fn) => entering(sessionId, fn),
  rich: (sessionId, fn) => entering({ sessionId, ...RICH }, fn),
}

/** The hand-written minimum (the floor) of stamping, for the content of a scope. */
export function floorStamper(content: Content): Stamper {
  return {
    processor: content === 'rich' ? new RichProcessor() : new IdProcessor(),
    scopes: { ...floorScopes, rich: (_sessionId, fn) => entering(RICH_ENTRIES, fn) },
    expected: () => Object.fromEntries(content === 'rich' ? RICH_ENTRIES : [['session.id', SESSION_ID]]),
  }
}
