/**
 * Bedrock's runtime: Converse and InvokeModel, plain and streamed. Its way of counting: the input excludes what was read
 * from a cache and written to one, the total includes both, and reasoning is output that is not counted apart.
 */
import type { Reply } from '../cases.ts'
import { converseBody, converseEvents, reportedUsage, usageOf } from './bedrock/converse.ts'
import { frame } from './bedrock/event-stream.ts'
import { countHeaders, invokeBody, invokeEvents } from './bedrock/invoke.ts'
import { type Answer, type Json, startServer } from './http.ts'
import type { StartProvider } from './provider.ts'

/** Starts a server of Bedrock's runtime. */
export const startBedrock: StartProvider = (replies) =>
  startServer('bedrock', replies, (path, _asked, reply, number) => {
    const [, encoded = '', operation] = /^\/model\/([^/]+)\/([\w-]+)$/.exec(path) ?? []
    const model = decodeURIComponent(encoded)
    if (!OPERATIONS.has(operation)) return undefined
    if (reply.error !== undefined) return errorAnswer(model, reply.error)
    const usage = reportedUsage(reply.usage)
    switch (operation) {
      case 'converse':
        return { model, body: converseBody(reply, number, usageOf(reply.usage)), usage }
      case 'converse-stream':
        return streamOf(model, reply, converseEvents(reply, number, usageOf(reply.usage)), converseFrame)
      case 'invoke':
        return { model, body: invokeBody(model, reply, number), headers: countHeaders(reply.usage), usage }
      default:
        return streamOf(model, reply, invokeEvents(model, reply, number), chunkFrame)
    }
  })

const OPERATIONS = new Set<string | undefined>([
  'converse',
  'converse-stream',
  'invoke',
  'invoke-with-response-stream',
])

function streamOf(
  model: string,
  reply: Reply,
  body: readonly Json[],
  frameOf: (event: Json) => Uint8Array,
): Answer {
  return {
    model,
    body,
    events: body.map(frameOf),
    headers: { 'content-type': 'application/vnd.amazon.eventstream' },
    hangs: reply.hangs ?? false,
    usage: reply.hangs ? undefined : reportedUsage(reply.usage),
  }
}

/** The key of an event is the type of its frame, and its value the payload. */
function converseFrame(event: Json): Uint8Array {
  const [[type, payload] = ['', {}]] = Object.entries(event)
  return frame(type, payload as Json)
}

/** An event of the model itself, in Base64. */
const chunkFrame = (event: Json): Uint8Array =>
  frame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') })

function errorAnswer(model: string, status: number): Answer {
  return {
    status,
    model,
    body: { message: 'Too many requests, please wait before trying again.' },
    headers: { 'x-amzn-errortype': 'ThrottlingException' },
  }
}
