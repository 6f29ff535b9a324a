import { type Context, createContextKey } from '@opentelemetry/api'

/** The part of a span that the processors here use. */
interface Stampable {
  setAttribute(key: string, value: never): unknown
}

export const FLOOR_KEY = createContextKey('bench.floor')

class Processor {
  onEnd() {}
  async forceFlush() {}
  async shutdown() {}
}

/** What every figure is measured against: a processor that does nothing. */
export class NoopProcessor extends Processor {
  onStart() {}
}

/** The least that a processor written by hand does: one look-up in the context, one attribute. */
export class FloorProcessor extends Processor {
  onStart(span: Stampable, context: Context) {
    const id = context.getValue(FLOOR_KEY)
    if (id !== undefined) span.setAttribute('session.id', id as never)
  }
}

/** The same for six attributes that were made ready when the scope was entered. */
export class RichFloorProcessor extends Processor {
  onStart(span: Stampable, context: Context) {
    const entries = context.getValue(FLOOR_KEY) as [string, never][] | undefined
    if (entries === undefined) return
    for (const [key, value] of entries) span.setAttribute(key, value)
  }
}
