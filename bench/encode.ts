// Measures what encoding costs: microseconds a span, for OpenTelemetry's own encoders and ours. Before measuring, it
// compares their output, and fails if it differs. `node bench/encode.ts --quick` gives a rough figure. Timings never
// fail.
import { cpus } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { codecOf } from '../packages/exporter/dist/persistent/encoder/index.js'
import { decode, parse } from '../packages/exporter/test/persistent/encoder/support/decode.ts'
import { batchesOf, SPANS } from './encode/spans.ts'
import { cost } from './support/figures.ts'
import { interleave } from './support/interleave.ts'

type Encode = (spans: ReadableSpan[]) => Uint8Array | undefined

const ENCODERS: Readonly<Record<string, Encode>> = {
  'SDK protobuf': (spans) => ProtobufTraceSerializer.serializeRequest(spans),
  'SDK JSON': (spans) => JsonTraceSerializer.serializeRequest(spans),
  'our protobuf': (spans) => codecOf('protobuf').encode(spans).encoded?.body,
  'our JSON': (spans) => codecOf('json').encode(spans).encoded?.body,
}

/** Batches that take turns, so that no encoder gets the same strings twice in a row. */
const BATCHES = 4

const quick = process.argv.includes('--quick')
const rounds = quick ? 10 : 100

/** Throws unless our encoders' output decodes to the same as OpenTelemetry's. */
function compare(spans: ReadableSpan[]): Record<string, number> {
  const bodies = Object.entries(ENCODERS).map(
    ([name, encode]) => [name, encode(spans) ?? Buffer.alloc(0)] as const,
  )
  const [theirProtobuf, theirJson, ourProtobuf, ourJson] = bodies.map(([, body]) => body)
  if (!isDeepStrictEqual(decode(ourProtobuf as Buffer), decode(theirProtobuf as Buffer)))
    throw new Error('our protobuf differs from the SDK’s')
  if (!isDeepStrictEqual(parse(ourJson as Buffer), parse(theirJson as Buffer)))
    throw new Error('our JSON differs from the SDK’s')
  return Object.fromEntries(bodies.map(([name, body]) => [name, body.length / spans.length]))
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${rounds} rounds, interleaved`)
for (const [kind, attributesOf] of Object.entries(SPANS)) {
  for (const size of [64, 512]) {
    const batches = batchesOf(attributesOf, BATCHES, size)
    const bytes = compare(batches[0] as ReadableSpan[])
    const variants = Object.entries(ENCODERS).map(([name, encode]) => {
      let turn = 0
      return {
        name,
        operations: size,
        run: () => {
          encode(batches[turn++ % BATCHES] as ReadableSpan[])
        },
      }
    })
    const samples = await interleave(variants, rounds)
    const theirs = cost(samples, 'SDK protobuf')
    console.log(`\n${kind}, batches of ${size}: µs a span`)
    for (const { name } of variants) {
      const { p10, median } = cost(samples, name)
      const micros = (nanos: number) => (nanos / 1_000).toFixed(2).padStart(6)
      console.log(
        `  ${name.padEnd(13)} p10 ${micros(p10)}   median ${micros(median)}   SDK protobuf / this: p10 ${(theirs.p10 / p10).toFixed(2).padStart(5)}, median ${(theirs.median / median).toFixed(2).padStart(5)}   ${bytes[name]?.toFixed(0).padStart(5)} bytes`,
      )
    }
  }
}
