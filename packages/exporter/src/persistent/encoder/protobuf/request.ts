import type { ExportableSpan } from '../../../span-types.ts'
import type { Encoded } from '../codec.ts'
import { groupsOf, type ResourceGroup, type ScopeGroup } from '../span/groups.ts'
import { Nesting } from '../span/nesting.ts'
import { countOf, textOf } from '../span/read.ts'
import { sdkSpanOf } from '../span/sdk-span.ts'
import { writeAttributes } from './attributes.ts'
import { Scratch } from './scratch.ts'
import { writeSpan } from './span.ts'

const Request = { resourceSpans: 0x0a } as const
const ResourceSpans = { resource: 0x0a, scopeSpans: 0x12, schemaUrl: 0x1a } as const
const ScopeSpans = { scope: 0x0a, spans: 0x12, schemaUrl: 0x1a } as const
const Resource = { attributes: 0x0a } as const
const Scope = { name: 0x0a, version: 0x12, attributes: 0x1a, droppedAttributes: 0x20 } as const

/** Requests of hundreds of spans have lengths of this size. */
const GUESS = 3

/** Writes one request. An instance must not be used while one of its calls is under way. */
class RequestWriter {
  readonly #scratch = new Scratch()
  readonly #nesting = new Nesting()
  #written = 0

  /** Spans as an ExportTraceServiceRequest, without those that throw. */
  write(spans: readonly ExportableSpan[]): Encoded | undefined {
    this.#written = 0
    try {
      for (const group of groupsOf(spans.map(sdkSpanOf)))
        this.#unlessItThrows(() => this.#writeResource(group))
      return this.#written === 0 ? undefined : { body: this.#scratch.copy(), spans: this.#written }
    } catch {
      // There is no memory for the copy.
      return undefined
    } finally {
      this.#scratch.clear()
    }
  }

  /** What it has written is taken back if it throws, or if there is no span in it. */
  #unlessItThrows(write: () => void): void {
    const { at } = this.#scratch
    const before = this.#written
    try {
      write()
    } catch {
      this.#nesting.reset()
      this.#written = before
    }
    if (this.#written === before) this.#scratch.at = at
  }

  #writeResource({ resource, scopes }: ResourceGroup): void {
    const scratch = this.#scratch
    const start = scratch.open(Request.resourceSpans, GUESS)
    const head = scratch.open(ResourceSpans.resource, 2)
    writeAttributes(scratch, Resource.attributes, resource?.attributes, this.#nesting)
    scratch.close(head, 2)
    scratch.textIfAny(ResourceSpans.schemaUrl, textOf(resource?.schemaUrl))
    for (const group of scopes.values()) this.#unlessItThrows(() => this.#writeScope(group))
    scratch.close(start, GUESS)
  }

  #writeScope({ scope, spans }: ScopeGroup): void {
    const scratch = this.#scratch
    const start = scratch.open(ResourceSpans.scopeSpans, GUESS)
    const head = scratch.open(ScopeSpans.scope, 1)
    scratch.textIfAny(Scope.name, textOf(scope?.name))
    scratch.textIfAny(Scope.version, textOf(scope?.version))
    writeAttributes(scratch, Scope.attributes, scope?.attributes, this.#nesting)
    scratch.count(Scope.droppedAttributes, countOf(scope?.droppedAttributesCount))
    scratch.close(head, 1)
    scratch.textIfAny(ScopeSpans.schemaUrl, textOf(scope?.schemaUrl))
    for (const span of spans) {
      this.#unlessItThrows(() => {
        writeSpan(scratch, ScopeSpans.spans, span, this.#nesting)
        this.#written++
      })
    }
    scratch.close(start, GUESS)
  }
}

let idle: RequestWriter | undefined = new RequestWriter()

/**
 * Spans as an ExportTraceServiceRequest, without those that throw. A getter on a span may end another span, and so come
 * here again: that one is written elsewhere.
 */
export function writeProtobufRequest(spans: readonly ExportableSpan[]): Encoded | undefined {
  const writer = idle ?? new RequestWriter()
  idle = undefined
  const encoded = writer.write(spans)
  idle = writer
  return encoded
}
