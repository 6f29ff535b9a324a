/**
 * Set-ups whose spans say one call twice without lying in each other, which no rule can see: LangChain's spans are
 * not the active ones, so the OpenAI SDK's are their siblings. Here, the two calls that were not streamed.
 */
export const TWICE: Readonly<Record<string, { calls: number; inputTokens: number; outputTokens: number }>> = {
  'langchain-and-openai': { calls: 3, inputTokens: 27, outputTokens: 33 },
}
