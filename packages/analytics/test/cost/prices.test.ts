import { expect, it } from 'vitest'
import { makePrices } from '../../../../scripts/prices.mjs'
import { PRICES, PRICES_DATE, PRICES_SOURCE } from '../../src/cost/prices.ts'
import { pricesProblem } from '../../src/cost/span-cost.ts'

it('the prices are those that scripts/prices.mjs makes, with their date and source', () => {
  expect({ date: PRICES_DATE, source: PRICES_SOURCE, prices: PRICES }).toEqual(makePrices())
})

it('the prices are a valid table', () => {
  expect(pricesProblem(PRICES)).toBeUndefined()
})

it('the prices are those of models that are paid by text tokens', () => {
  expect(Object.keys(PRICES)).toEqual(
    expect.arrayContaining([
      'gpt-4o',
      'gpt-4o-2024-05-13',
      'claude-haiku-4-5',
      'gemini-2.5-pro',
      'text-embedding-3-small',
    ]),
  )
  expect(Object.keys(PRICES).filter((name) => /image|audio|tts|realtime/.test(name))).toEqual([])
})
