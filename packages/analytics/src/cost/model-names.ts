// The names of a model, and those under which its price is looked up. A rule is here only if the name certainly means the
// same model, and at the same price: a model with nearly the same name may cost ten times as much.

import { NAME_MAX_LENGTH } from '../usage/values.ts'

/**
 * What may stand in front of a name with slashes: the owner of a model, if it is sold at the owner's price everywhere, or
 * a library's name for a cloud. Others are hosts with prices of their own, or owners of open weights, which such hosts
 * sell; behind `azure` is a deployment, which anybody can name after any model.
 */
const OWNERS: ReadonlySet<string> = new Set([
  'anthropic',
  'bedrock',
  'cohere',
  'gemini',
  'google',
  'mistral',
  'models',
  'openai',
  'openrouter',
  'vertex_ai',
  'voyage',
  'voyageai',
  'x-ai',
  'xai',
])

/** A resource of Vertex AI: the location of one in a project, the publisher, and the name. */
const VERTEX = /^(?:projects\/[^/]+\/locations\/([^/]+)\/)?publishers\/([^/]+)\/models\/([^/]+)$/

/**
 * A foundation model or a system-defined inference profile of Bedrock: region and name. Any other resource has a price of
 * its own.
 */
const BEDROCK_ARN = /^arn:aws[\w-]*:bedrock:([\w-]*):\d*:(?:foundation-model|inference-profile)\/([^/]+)$/

/** What Bedrock calls a model: with the owner in front. */
const BEDROCK_NAME = /^(?:[a-z-]+\.)?[a-z0-9]+\.[a-z]/

/** Bedrock's version of a model, which says nothing about its price, and the context window behind it. */
const BEDROCK_VERSION = /^((?:[a-z-]+\.)?[a-z0-9]+\.[\w.-]+?)(?:-v\d+)?(?::\d+)?(?::\w+)?$/

/**
 * The geography of an inference profile of Bedrock. A `global.` profile has another price than all of them: it stays in
 * front of the name if the table has such a price.
 */
const BEDROCK_GEOGRAPHY = /^(us-gov|us|eu|apac|ap|au|jp|ca|sa|me|af|global)\.(?=[a-z0-9]+\.)/

const DATE = /[-@](?:19|20)\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/

/** Returns the names under which the price of a model is looked up, in this order. */
export function priceNames(model: string): string[] {
  if (hasPriceOfRegion(model) || (/(?:^|\/)bedrock\//.test(model) && isWithoutOwner(model))) return [model]
  const names = modelNames(model)
  return hasPriceOfGeography(model)
    ? names.filter((name) => name === model || BEDROCK_GEOGRAPHY.test(name))
    : names
}

/** Anthropic's models cost more in a region of Vertex AI than at its global endpoint, which has Anthropic's prices. */
function hasPriceOfRegion(model: string): boolean {
  const [, location = 'global', publisher] = VERTEX.exec(model) ?? []
  return publisher === 'anthropic' && location !== 'global'
}

/**
 * Whether the place in a name of Bedrock may have another price than the table, whose prices are those of the US. Models
 * of Anthropic have one price in all regions.
 */
function hasPriceOfGeography(model: string): boolean {
  const name = withoutPath(model)
  const place = BEDROCK_GEOGRAPHY.exec(name)?.[1] ?? BEDROCK_ARN.exec(model)?.[1] ?? ''
  return !/^$|^global$|^us(?!-gov)/.test(place) && !/(?:^|\.)anthropic\./.test(name)
}

/** Whether a name is not one of Bedrock's, nor an ARN. */
export const isWithoutOwner = (model: string): boolean =>
  !model.startsWith('arn:') && !BEDROCK_NAME.test(withoutPath(model))

/** Whether a model is fine-tuned: `ft:gpt-4o:…`, `gpt-4o:ft-…`, and `gpt-4o.ft-…` on Azure. */
export const isFineTuned = (model: string): boolean => /(?:^|\/)ft:|[:.]ft-/i.test(model)

/**
 * Whether a name is of a place whose prices may be others than those of the model's owner: one of Bedrock's names, or a
 * region of Vertex AI.
 */
export const namesPlace = (model: string): boolean => !isWithoutOwner(model) || hasPriceOfRegion(model)

/**
 * Whether the model of a response is certainly not the requested one at its price: it is fine-tuned, of another owner, of a
 * host, or in a place with other prices.
 */
export function isAnotherModel(answered: string, requested: string): boolean {
  if (isFineTuned(answered) || hasPriceOfGeography(answered) || hasPriceOfRegion(answered)) return true
  const [one, other] = [ownerOf(answered), ownerOf(requested)]
  return one !== undefined && (other === undefined ? !OWNERS.has(one) : one !== other)
}

/** The owner in front of a name, if there is one: `models` stands in front of any, and behind any host. */
const ownerOf = (model: string): string | undefined =>
  withoutResource(model)
    .split('/')
    .slice(0, -1)
    .findLast((part) => part !== 'models')

/** Returns the names that certainly mean the same model, whatever its price. */
export function modelNames(model: string): string[] {
  if (model.length > NAME_MAX_LENGTH) return []
  const name = withoutPath(model)
  const names = [model, name, withoutDate(model), withoutDate(name)]
  const bedrock = BEDROCK_VERSION.exec(name)?.[1]
  if (bedrock !== undefined) {
    const anywhere = bedrock.replace(BEDROCK_GEOGRAPHY, '')
    names.push(bedrock, withoutDate(bedrock), anywhere, withoutDate(anywhere))
  }
  return [...new Set(names)]
}

function withoutPath(model: string): string {
  const resource = withoutResource(model)
  const parts = resource.split('/')
  const name = parts.pop() as string
  return parts.every((part) => OWNERS.has(part)) ? name : resource
}

const withoutResource = (model: string): string =>
  VERTEX.exec(model)?.[3] ?? BEDROCK_ARN.exec(model)?.[2] ?? model

const withoutDate = (name: string): string => name.replace(DATE, '')
