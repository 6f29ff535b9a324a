import OpenAI from 'openai'
import { type Cell, cell, cells, type Each, KEPT, lost } from '../cell.ts'
import { byAwait, byForAwait, byReader } from '../consumers.ts'
import { modelURL, observedFetch } from '../model-server.ts'

const completions = () =>
  new OpenAI({ apiKey: 'none', baseURL: modelURL(), fetch: observedFetch, maxRetries: 0 }).chat.completions

const answer = () => completions().create({ model: 'local', messages: [] })
const promised = () => completions().create({ model: 'local', messages: [], stream: true })
const stream = async () => await promised()
const helper = () => completions().stream({ model: 'local', messages: [{ role: 'user', content: 'Count.' }] })

type Made = ReturnType<typeof stream>

const leaving = (each: Each) => () => {
  each()
  return 'stop' as const
}

async function byBranches(made: Made, each: Each): Promise<void> {
  for (const branch of (await made).tee()) await byForAwait(branch, each)
}

export const OPENAI: Cell[] = [
  ...cells(
    "OpenAI SDK's `Stream`",
    (bind) => bind(stream()),
    {
      'by for await': async (made, each) => byForAwait(await made, each),
      'left early': async (made, each) => byForAwait(await made, leaving(each)),
      '`tee()`': byBranches,
      '`toReadableStream()`': async (made, each) => byReader((await made).toReadableStream(), each),
    },
    KEPT,
  ),
  ...cells(
    "OpenAI SDK's `Stream`, its request aborted",
    (bind) => bind(stream()),
    {
      'by leaving both branches of `tee()`': async (made, each) => {
        for (const branch of (await made).tee()) await byForAwait(branch, leaving(each))
      },
      'by cancelling `toReadableStream()`': async (made, each) =>
        byReader((await made).toReadableStream(), leaving(each)),
    },
    lost('the SDK aborts from where the consumer leaves; what was read before is in the session'),
  ),
  cell({
    shape: "OpenAI SDK's `APIPromise` of an answer",
    consumed: 'by await',
    make: (bind) => bind(answer()),
    consume: byAwait,
    ...KEPT,
  }),
  cell({
    shape: "OpenAI SDK's `APIPromise` of a `Stream`, not awaited inside",
    consumed: 'by for await',
    make: (bind) => bind(promised()),
    consume: async (made, each) => byForAwait(await made, each),
    ...KEPT,
  }),
  cell({
    shape: "OpenAI SDK's lists, page by page",
    consumed: 'by for await',
    make: (bind) => bind(completions().list()),
    consume: byForAwait,
    ...KEPT,
  }),
  cell({
    shape: "OpenAI SDK's streaming helper, `completions.stream()`",
    consumed: 'by for await',
    make: (bind) => bind(helper()),
    consume: byForAwait,
    ...KEPT,
  }),
]
