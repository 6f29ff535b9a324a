// The names under which the price of a model is looked up. A rule is here only if the name certainly means the same model
// at the same price: a model with nearly the same name may cost ten times as much.

import { NAME_MAX_LENGTH } from '../usage/values.ts'

/**
 * What may stand in front of a name with slashes: the owner of a model, if it is sold at the owner's price everywhere, or
 * a library's name for a cloud. Others are hosts with prices of their own, or owners of open weights, which such hosts
 * sell.
 */
const OWNERS: ReadonlySet<string> = new Set([
  'anthropic',
  'azure',
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

/** A resource of Vertex AI; one in a project has the same price as the publisher's. */
const VERTEX = /^(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/[^/]+\/models\/([^/]+)$/

/** A foundation model or a system-defined inference profile of Bedrock. Any other resource has a price of its own. */
const BEDROCK_ARN = /^arn:aws[\w-]*:bedrock:[\w-]*:\d*:(?:foundation-model|inference-profile)\/([^/]+)$/

/** Bedrock's version of a model, which says nothing about its price, and the context window behind it. */
const BEDROCK_VERSION = /^((?:[a-z-]+\.)?[a-z0-9]+\.[\w.-]+?)(?:-v\d+)?(?::\d+)?(?::\w+)?$/

/**
 * The geography of an inference profile of Bedrock. A `global.` profile has another price than all of them: it stays in
 * front of the name if the table has such a price.
 */
const BEDROCK_GEOGRAPHY = /^(?:us-gov|us|eu|apac|ap|au|jp|ca|sa|me|af|global)\.(?=[a-z0-9]+\.)/

const DATE = /[-@](?:19|20)\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/

/** Returns the names under which the price of a model is looked up, in this order. */
export function priceNames(model: string): string[] {
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
  const resource = (VERTEX.exec(model) ?? BEDROCK_ARN.exec(model))?.[1]
  if (resource !== undefined) return resource
  const parts = model.split('/')
  const name = parts.pop() as string
  return parts.every((part) => OWNERS.has(part)) ? name : model
}

const withoutDate = (name: string): string => name.replace(DATE, '')
