/**
 * What a provider's call costs at list price: the truth that our own cost is compared with. It shares nothing with the
 * code of the package: the prices and the arithmetic are those of `@pydantic/genai-prices`.
 */
import { calcPrice } from '@pydantic/genai-prices'
import type { ProviderCall } from '../recordings/recording.ts'

/** The names of the providers in the price package. */
const PROVIDERS = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'google',
  bedrock: 'aws',
  openrouter: 'openrouter',
} as const satisfies Record<ProviderCall['provider'], string>

/**
 * Returns the cost of a call in USD: the one that the provider reported, else its usage at list price. Undefined if the
 * provider reported neither, or if the price package has no price: that of an hour in Bedrock's cache.
 *
 * @throws Error if the model has no list price
 */
export function listPrice({ provider, model, usage, cost }: ProviderCall): number | undefined {
  if (cost !== undefined) return cost
  if (usage === undefined) return undefined
  const { cacheRead = 0, cacheWrite = 0, cacheWriteHour = 0 } = usage
  // The package would take the price of five minutes.
  if (provider === 'bedrock' && cacheWriteHour > 0) return undefined
  const price = calcPrice(
    {
      input_tokens: usage.input,
      cache_read_tokens: cacheRead,
      // All writes; the hour's are a part of them.
      cache_write_tokens: cacheWrite + cacheWriteHour,
      cache_write_1h_tokens: cacheWriteHour,
      output_tokens: usage.output,
    },
    model,
    { providerId: PROVIDERS[provider] },
  )
  if (price === null) throw new Error(`${provider} has no list price for ${model}`)
  return price.total_price
}
