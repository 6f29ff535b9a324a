import { expect, test } from 'vitest'
import { CASES, type Reply } from '../cases.ts'
import { startAnthropic } from './anthropic.ts'
import type { ProviderServer } from './provider.ts'

type Ask = (body?: object) => Promise<Response>

async function withAnthropic(
  replies: readonly Reply[],
  use: (ask: Ask, server: ProviderServer) => Promise<void>,
): Promise<void> {
  const server = await startAnthropic(replies)
  const ask: Ask = (body) =>
    fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'claude-sonnet-4-5', ...body }),
    })
  try {
    await use(ask, server)
  } finally {
    await server.close()
  }
}

/** The events of a stream, each with its name in both places. */
async function eventsOf(response: Response) {
  const events = (await response.text()).split('\n\n').filter(Boolean)
  return events.map((event) => {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? []
    const parsed = JSON.parse(data ?? '')
    expect(parsed.type).toBe(name)
    return parsed
  })
}

test('the input excludes what was read from the cache and written to it, with both lifetimes', async () => {
  const [, readAndWritten] = CASES.cache.replies
  const [hour] = CASES['cache-hour'].replies
  await withAnthropic([readAndWritten, hour], async (ask, server) => {
    expect((await (await ask()).json()).usage).toMatchObject({
      input_tokens: 57,
      cache_read_input_tokens: 10_000,
      cache_creation_input_tokens: 400,
      output_tokens: 53,
    })
    expect((await (await ask()).json()).usage).toMatchObject({
      input_tokens: 220,
      cache_creation_input_tokens: 9_000,
      cache_creation: { ephemeral_5m_input_tokens: 3_000, ephemeral_1h_input_tokens: 6_000 },
    })
    expect(server.calls().map((call) => call.usage)).toEqual([readAndWritten.usage, hour.usage])
  })
})

test('a stream has its input at the start, one output token as a placeholder, and the sums at the end', async () => {
  await withAnthropic(CASES.cache.replies, async (ask) => {
    const events = await eventsOf(await ask({ stream: true }))
    expect(events[0].message).toMatchObject({
      model: 'claude-sonnet-4-5-20250929',
      content: [],
      usage: { input_tokens: 20, cache_creation_input_tokens: 10_000, output_tokens: 1 },
    })
    const text = events.flatMap((event) => event.delta?.text ?? []).join('')
    expect(text).toBe('Your order A-1042 was shipped to Lisbon.')
    expect(events.at(-2)).toMatchObject({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { input_tokens: 20, output_tokens: 101 },
    })
  })
})

test('tools are asked for with arguments in pieces, one block each', async () => {
  await withAnthropic(CASES['parallel-tools'].replies, async (ask) => {
    const events = await eventsOf(await ask({ stream: true }))
    const json = (index: number) =>
      events.flatMap((event) => (event.index === index ? (event.delta?.partial_json ?? []) : [])).join('')
    expect(json(0)).toBe('{"order":"A-1042"}')
    expect(json(1)).toBe('{"city":"Lisbon"}')
    expect(events.at(-2).delta.stop_reason).toBe('tool_use')
  })
})

test('thinking is part of the output, in a block with a signature', async () => {
  await withAnthropic(CASES.reasoning.replies, async (ask) => {
    const { content, usage } = await (await ask()).json()
    expect(content[0]).toMatchObject({ type: 'thinking', signature: expect.stringMatching(/./) })
    expect(usage).toMatchObject({ output_tokens: 2_063, output_tokens_details: { thinking_tokens: 2_003 } })
  })
})

test('a search of the web is counted, and what it found is plain input', async () => {
  await withAnthropic(CASES['tool-use-prompt'].replies, async (ask, server) => {
    const { content, usage } = await (await ask()).json()
    expect(content.map((block: { type: string }) => block.type)).toEqual([
      'server_tool_use',
      'web_search_tool_result',
      'text',
    ])
    expect(usage).toMatchObject({ input_tokens: 1_533, server_tool_use: { web_search_requests: 1 } })
    expect(server.calls()[0]?.usage).toEqual({ input: 1_533, output: 43 })
  })
})

test('a rate limit is an error with the status 429', async () => {
  await withAnthropic(CASES.error.replies, async (ask) => {
    const response = await ask()
    expect(response.status).toBe(429)
    expect((await response.json()).error.type).toBe('rate_limit_error')
  })
})

test('a stream that hangs sends two words, and ends when its client goes away', async () => {
  await withAnthropic(CASES.aborted.replies, async (ask, server) => {
    const reader = (await ask({ stream: true })).body?.pipeThrough(new TextDecoderStream()).getReader()
    let read = ''
    while (!read.includes(' order')) read += (await reader?.read())?.value
    expect(read).not.toContain('message_delta')
    await reader?.cancel()
    expect(server.calls()).toMatchObject([{ stream: true, usage: undefined }])
  })
})
