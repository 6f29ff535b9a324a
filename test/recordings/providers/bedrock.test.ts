import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { CASES, type Reply } from '../cases.ts'
import { startBedrock } from './bedrock.ts'
import type { ProviderServer } from './provider.ts'

const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const NOVA = 'amazon.nova-pro-v1:0'

type Ask = (model: string, operation: string) => Promise<Response>

async function withBedrock(
  replies: readonly Reply[],
  use: (ask: Ask, server: ProviderServer) => Promise<void>,
): Promise<void> {
  const server = await startBedrock(replies)
  const ask: Ask = (model, operation) =>
    fetch(`${server.url}/model/${encodeURIComponent(model)}/${operation}`, { method: 'POST', body: '{}' })
  try {
    await use(ask, server)
  } finally {
    await server.close()
  }
}

/** The frames of a stream, with checked checksums; of each the type of its event and its payload. */
async function framesOf(response: Response) {
  const frames: { type: string; payload: Record<string, never> }[] = []
  let rest = Buffer.from(await response.arrayBuffer())
  while (rest.length > 0) {
    const [length, headers] = [rest.readUInt32BE(0), rest.readUInt32BE(4)]
    expect(rest.readUInt32BE(8)).toBe(crc32(rest.subarray(0, 8)))
    expect(rest.readUInt32BE(length - 4)).toBe(crc32(rest.subarray(0, length - 4)))
    const [, type = ''] = /:event-type\W{3}(\w+)/.exec(rest.toString('latin1', 12, 12 + headers)) ?? []
    frames.push({ type, payload: JSON.parse(rest.toString('utf8', 12 + headers, length - 4)) })
    rest = rest.subarray(length)
  }
  return frames
}

test('the input of Converse excludes the cache, and its total includes it', async () => {
  const [, readAndWritten] = CASES.cache.replies
  const [hour] = CASES['cache-hour'].replies
  await withBedrock([readAndWritten, hour], async (ask, server) => {
    expect((await (await ask(CLAUDE, 'converse')).json()).usage).toEqual({
      inputTokens: 57,
      outputTokens: 53,
      totalTokens: 10_510,
      cacheReadInputTokens: 10_000,
      cacheWriteInputTokens: 400,
      cacheDetails: [{ ttl: '5m', inputTokens: 400 }],
    })
    expect((await (await ask(CLAUDE, 'converse')).json()).usage.cacheDetails).toEqual([
      { ttl: '1h', inputTokens: 6_000 },
      { ttl: '5m', inputTokens: 3_000 },
    ])
    expect(server.calls()[0]).toMatchObject({ model: CLAUDE, usage: readAndWritten.usage })
  })
})

test('a stream of Converse is of binary frames, and the last has the usage', async () => {
  await withBedrock(CASES['parallel-tools'].replies, async (ask) => {
    const frames = await framesOf(await ask(CLAUDE, 'converse-stream'))
    const types = new Set(frames.map((frame) => frame.type))
    expect([...types]).toEqual([
      'messageStart',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ])
    expect(frames.at(-1)?.payload).toMatchObject({ usage: { inputTokens: 1_213, outputTokens: 83 } })
  })
})

test('InvokeModel has the usage in the form of the model, and the counts of Bedrock in headers', async () => {
  await withBedrock(CASES.cache.replies.slice(1), async (ask) => {
    const claude = await ask(CLAUDE, 'invoke')
    expect(claude.headers.get('x-amzn-bedrock-input-token-count')).toBe('57')
    expect(await claude.json()).toMatchObject({
      model: 'claude-sonnet-4-5-20250929',
      usage: { input_tokens: 57, cache_read_input_tokens: 10_000, cache_creation_input_tokens: 400 },
    })
    expect((await (await ask(NOVA, 'invoke')).json()).usage).toEqual({
      inputTokens: 5_000,
      outputTokens: 203,
      totalTokens: 9_203,
      cacheReadInputTokenCount: 4_000,
      cacheWriteInputTokenCount: 0,
    })
  })
})

test('a stream of InvokeModel has the events of the model, and the last the counts of Bedrock', async () => {
  await withBedrock(CASES.streamed.replies, async (ask) => {
    const frames = await framesOf(await ask(CLAUDE, 'invoke-with-response-stream'))
    const events = frames.map(({ payload }) =>
      JSON.parse(Buffer.from(payload['bytes'] ?? '', 'base64').toString()),
    )
    expect(events.at(0).type).toBe('message_start')
    expect(events.at(-1)).toMatchObject({
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { inputTokenCount: 1_021, outputTokenCount: 57 },
    })
  })
})

test('a rate limit is an exception with the status 429', async () => {
  await withBedrock(CASES.error.replies, async (ask) => {
    const response = await ask(CLAUDE, 'converse-stream')
    expect(response.status).toBe(429)
    expect(response.headers.get('x-amzn-errortype')).toBe('ThrottlingException')
  })
})
