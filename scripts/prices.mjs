// Writes packages/analytics/src/cost/prices.ts: one flat price per model name, from the dev dependency
// @pydantic/genai-prices. `npx -y pnpm@12.21.0 prices`.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findProvider } from '@pydantic/genai-prices'
import { priceNames } from '../packages/analytics/dist/cost/span-cost.js'

/** When the version that is pinned was published. To be renewed with the version: prices are those of that day. */
const DATES = { '0.1.8': '2026-09-23' }

/** Who sells models to everybody, under names of their own. The first that has a name has it. */
const PROVIDERS = [
  'openai',
  'anthropic',
  'google',
  'mistral',
  'cohere',
  'deepseek',
  'x-ai',
  'moonshotai',
  'voyageai',
]

/** Not paid by text tokens alone, and open weights, which their maker is not the one to sell. */
const OTHERWISE =
  /image|audio|voice|voxtral|realtime|transcribe|tts|live|omni|ocr|computer-use|davinci|curie|babbage|^ada|gpt-oss|gemma|:free|^ft:|\.ft-/

const root = new URL('..', import.meta.url)
const manifest = new URL('node_modules/@pydantic/genai-prices/package.json', root)

/** The data of prices.ts. */
export function makePrices() {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  const date = DATES[version]
  if (date === undefined) throw new Error(`scripts/prices.mjs does not know when ${version} was published`)
  const prices = new Map()
  for (const id of PROVIDERS) {
    for (const model of modelsOf(id)) {
      const price = flatten(model.prices, date)
      if (price === undefined) continue
      for (const name of namesOf(model)) if (!prices.has(name)) prices.set(name, price)
    }
  }
  return { date, source: `@pydantic/genai-prices ${version} (MIT)`, prices: withoutDoubles(prices) }
}

/** Google sells Anthropic's models, too, under names that are Anthropic's. */
function modelsOf(id) {
  const { models } = findProvider({ providerId: id })
  return id === 'google' ? models.filter(({ id: model }) => !model.startsWith('claude')) : models
}

/** The names that a model goes by, and what names begin with, unless it is cut off inside a word or a date. */
function namesOf({ id, match }) {
  const clauses = match.or ?? [match]
  const begins = clauses.flatMap(({ starts_with }) => starts_with ?? [])
  const names = [id, ...clauses.flatMap(({ equals }) => equals ?? [])]
  const whole = begins.filter((begin) => !/[-@.]$|-20\d\d$/.test(begin))
  return [...names, ...whole].filter((name) => !/-$/.test(name) && !OTHERWISE.test(name))
}

/** What is in force on the day; of a price by the length of the prompt, that of the shortest; none that goes by the hour. */
function flatten(prices, date) {
  const all = Array.isArray(prices) ? prices : [{ prices }]
  if (all.some(({ constraint }) => constraint?.type === 'time_of_date')) return undefined
  const now = all.filter(({ constraint }) => constraint === undefined || constraint.start_date <= date).at(-1)
  const [input, cachedInput, output] = ['input_mtok', 'cache_read_mtok', 'output_mtok'].map((unit) => {
    const price = now?.prices[unit]
    return typeof price === 'object' ? price.base : price
  })
  if (input === undefined) return undefined
  return {
    input,
    ...(cachedInput === undefined ? {} : { cachedInput }),
    ...(output === undefined ? {} : { output }),
  }
}

/** A name that is looked up under another one with the same price need not be there. */
function withoutDoubles(prices) {
  const kept = [...prices].filter(([name, price]) => {
    const next = priceNames(name)
      .slice(1)
      .find((other) => prices.has(other))
    return next === undefined || JSON.stringify(prices.get(next)) !== JSON.stringify(price)
  })
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function write() {
  const { date, source, prices } = makePrices()
  const rows = Object.entries(prices).map(
    ([name, price]) => `  ${JSON.stringify(name)}: ${JSON.stringify(price)},`,
  )
  const text = `// Written by scripts/prices.mjs.
import type { PriceTable } from './span-cost.ts'

/** The day of these prices, as \`YYYY-MM-DD\`. Providers change theirs at any time: check what you rely on. */
export const PRICES_DATE: string = ${JSON.stringify(date)}

/** Where these prices come from: package, version and licence. */
export const PRICES_SOURCE: string = ${JSON.stringify(source)}

/**
 * List prices of chat and embedding models of OpenAI, Anthropic, Google, Mistral, Cohere, DeepSeek, xAI, Moonshot AI and
 * Voyage AI on \`PRICES_DATE\`, in USD per million tokens. One flat price each: where a long prompt costs more, it is the
 * price of a short one; text where other media cost something else; no surcharge for what is written to a cache, no
 * discount for batches. Models whose price goes by the hour are left out.
 */
export const PRICES: PriceTable = {
${rows.join('\n')}
}
`
  writeFileSync(new URL('packages/analytics/src/cost/prices.ts', root), text)
  console.log(`${rows.length} models, ${date}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write()
