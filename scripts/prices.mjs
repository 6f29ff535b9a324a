// Writes packages/analytics/src/cost/prices.ts: one flat price per model name, from the dev dependency
// @pydantic/genai-prices. `npx -y pnpm@12.21.0 prices`.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findProvider } from '@pydantic/genai-prices'
import { priceNames } from '../packages/analytics/dist/cost/model-names.js'

/** When the pinned version was published: `npm view @pydantic/genai-prices time`. Prices are those of that day. */
const DATES = { '0.1.8': '2026-09-23' }

/** Providers that sell models publicly, under their own names. For a name of several, the first takes precedence. */
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

/** Excluded: models that are not priced by text tokens only, open weights, which others sell, and variants (`:`). */
const OTHERWISE =
  /image|audio|voice|voxtral|realtime|transcribe|tts|live|omni|ocr|computer-use|davinci|curie|babbage|^ada|gpt-oss|gemma|:|\.ft-/

/** Excluded on Bedrock: models that are not priced by text tokens only. */
const OTHERWISE_ON_BEDROCK = /sonic|voxtral|image/

const root = new URL('..', import.meta.url)
const manifest = new URL('node_modules/@pydantic/genai-prices/package.json', root)

/** The data of prices.ts. */
export function makePrices() {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  const date = DATES[version]
  if (date === undefined) throw new Error(`scripts/prices.mjs has no publication date for ${version}`)
  const prices = new Map()
  for (const id of PROVIDERS) {
    for (const model of modelsOf(id)) {
      const price = flatten(model.prices, date)
      if (price === undefined) continue
      for (const name of namesOf(model)) if (!prices.has(name)) prices.set(name, price)
    }
  }
  for (const [name, price] of bedrockPrices(date)) prices.set(name, price)
  const known = new Map([...prices].map(([name, price]) => [name, withUnknownLongPrompt(name, price)]))
  return { date, source: `@pydantic/genai-prices ${version} (MIT)`, prices: withoutDoubles(known) }
}

/**
 * Models whose long prompts cost more, as Anthropic says of Sonnet 4 and 4.5 above 200,000 tokens, also on clouds. The
 * package has that price of some of their names only. The others get the limit without a price: the cost is unknown.
 */
const HAS_LONG_PROMPTS = /claude-(?:sonnet-4|4-sonnet)(?:$|-0$|[-.]5$|[-@]20\d{6}$|-5-20\d{6}$)/

const withUnknownLongPrompt = (name, price) =>
  price.longPrompt === undefined && HAS_LONG_PROMPTS.test(name)
    ? { ...price, longPrompt: { above: 200_000 } }
    : price

/** Google also sells Anthropic's models, under Anthropic's names. */
function modelsOf(id) {
  const { models } = findProvider({ providerId: id })
  return id === 'google' ? models.filter(({ id: model }) => !model.startsWith('claude')) : models
}

/**
 * Bedrock's prices, under its names without version: `global.anthropic.claude-…` for the global profile, without it for a
 * region or its profiles. A name that two models share after that, at different prices, is left out.
 */
function bedrockPrices(date) {
  const prices = new Map()
  for (const { id, prices: all } of findProvider({ providerId: 'aws' }).models) {
    const price = OTHERWISE_ON_BEDROCK.test(id) ? undefined : flatten(all, date)
    if (price === undefined) continue
    // The package writes `regional.` for all that is not global.
    const [, , name = id] = /^(regional\.)?(.*?)(?:-v\d+)?(?::\d+)?$/.exec(id) ?? []
    const isShared = prices.has(name) && JSON.stringify(prices.get(name)) !== JSON.stringify(price)
    prices.set(name, isShared ? undefined : price)
  }
  return [...prices].filter(([, price]) => price !== undefined)
}

/** A model's names and name prefixes, except prefixes that end inside a word or a date. */
function namesOf({ id, match }) {
  const clauses = match.or ?? [match]
  const begins = clauses.flatMap(({ starts_with }) => starts_with ?? [])
  const names = [id, ...clauses.flatMap(({ equals }) => equals ?? [])]
  const whole = begins.filter((begin) => !/[-@.]$|-20\d\d$/.test(begin))
  return [...names, ...whole].filter((name) => !/-$/.test(name) && !OTHERWISE.test(name))
}

/** The fields of a price, and the units of the package. */
const UNITS = {
  input: 'input_mtok',
  cachedInput: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  cacheWriteHour: 'cache_write_1h_mtok',
  output: 'output_mtok',
}

/** The price on that day, with that of long prompts; undefined for prices by the hour of the day. */
function flatten(prices, date) {
  const all = Array.isArray(prices) ? prices : [{ prices }]
  if (all.some(({ constraint }) => constraint?.type === 'time_of_date')) return undefined
  const now = all.filter(({ constraint }) => constraint === undefined || constraint.start_date <= date).at(-1)
  const units = now?.prices ?? {}
  if (units.input_mtok === undefined) return undefined
  const starts = new Set(
    Object.values(units).flatMap((unit) => (unit?.tiers ?? []).map(({ start }) => start)),
  )
  const price = pricesAt(units, 0)
  if (starts.size === 0) return price
  if (starts.size > 1) throw new Error(`a price has several limits: ${JSON.stringify(units)}`)
  const [above] = starts
  return { ...price, longPrompt: { above, ...pricesAt(units, above + 1) } }
}

/** The prices of a call with so many input tokens. */
function pricesAt(units, tokens) {
  const prices = Object.entries(UNITS).map(([field, unit]) => {
    const price = units[unit]
    if (typeof price !== 'object') return [field, price]
    return [field, price.tiers.find(({ start }) => tokens > start)?.price ?? price.base]
  })
  return Object.fromEntries(prices.filter(([, price]) => price !== undefined))
}

/** Omits names that are found under another name with the same price. */
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

/** Where these prices come from: package, version and license. */
export const PRICES_SOURCE: string = ${JSON.stringify(source)}

/**
 * List prices of chat and embedding models of OpenAI, Anthropic, Google, Mistral, Cohere, DeepSeek, xAI, Moonshot AI and
 * Voyage AI, and of models on Bedrock, on \`PRICES_DATE\`, in USD per million tokens, with those of long prompts and of
 * what is written to a cache. They are prices of text where other media cost something else, without discounts for
 * batches, surcharges for priority or a region, and fees that are not by the token, such as those of web searches. Models
 * whose price goes by the hour are left out.
 */
export const PRICES: PriceTable = {
${rows.join('\n')}
}
`
  writeFileSync(new URL('packages/analytics/src/cost/prices.ts', root), text)
  console.log(`${rows.length} models, ${date}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write()
