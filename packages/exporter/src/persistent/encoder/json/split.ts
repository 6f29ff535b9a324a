import type { Encoded } from '../codec.ts'

interface ScopeSpans {
  readonly spans: readonly unknown[]
}
interface ResourceSpans {
  readonly scopeSpans: readonly ScopeSpans[]
}

/** Two requests of about half the spans; undefined for fewer than two spans, or for what is no request. */
export function splitJson(body: Buffer): readonly [Encoded, Encoded] | undefined {
  try {
    const { resourceSpans } = JSON.parse(body.toString()) as { resourceSpans: readonly ResourceSpans[] }
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).length
    if (spans < 2) return undefined
    const half = Math.ceil(spans / 2)
    return [encode(resourceSpans, 0, half), encode(resourceSpans, half, spans)]
  } catch {
    return undefined
  }
}

function encode(all: readonly ResourceSpans[], from: number, to: number): Encoded {
  let number = 0
  const isWithin = () => {
    const isIn = number >= from && number < to
    number++
    return isIn
  }
  const resourceSpans = all.map((resource) => ({
    ...resource,
    scopeSpans: resource.scopeSpans
      .map((scope) => ({ ...scope, spans: scope.spans.filter(isWithin) }))
      .filter(({ spans }) => spans.length > 0),
  }))
  const body = JSON.stringify({
    resourceSpans: resourceSpans.filter(({ scopeSpans }) => scopeSpans.length > 0),
  })
  return { body: Buffer.from(body), spans: to - from }
}
