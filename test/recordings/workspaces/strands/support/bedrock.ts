import { NodeHttpHandler } from '@smithy/node-http-handler'
import { BedrockModel } from '@strands-agents/sdk'
import type { CaseRun, Family } from '../../../program.ts'

/** Cases that Claude on Bedrock has no form for. */
export const BEDROCK_CANNOT = {
  'tool-use-prompt': 'Bedrock runs no tool of its own for Claude.',
  embedding: 'Strands has no embeddings.',
} satisfies Family['cannot']

/** Claude on Bedrock. */
export const bedrockModel = ({ name, urls }: CaseRun, stream: boolean): BedrockModel =>
  new BedrockModel({
    modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    maxTokens: 4096,
    stream,
    ...(name === 'reasoning' && {
      additionalRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048 } },
    }),
    region: 'us-east-1',
    clientConfig: {
      endpoint: urls.bedrock,
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
      maxAttempts: 1,
      // The local server speaks HTTP/1.1, and the client's own handler HTTP/2.
      requestHandler: new NodeHttpHandler(),
    },
  })
