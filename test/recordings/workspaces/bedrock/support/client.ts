import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { CaseRun } from '../../../program.ts'

/**
 * The module of the client. The instrumentations patch it when it is loaded, so a program loads it when OpenTelemetry
 * is set up.
 */
export type Bedrock = typeof import('@aws-sdk/client-bedrock-runtime')

export const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
export const NOVA = 'amazon.nova-pro-v1:0'

export const loadBedrock = (): Promise<Bedrock> => import('@aws-sdk/client-bedrock-runtime')

export const newClient = (bedrock: Bedrock, run: CaseRun): BedrockRuntimeClient =>
  new bedrock.BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: run.urls.bedrock,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    // No retries: each call is one that the case describes.
    maxAttempts: 1,
    // The local server speaks HTTP/1.1, and the client's own handler HTTP/2.
    requestHandler: new NodeHttpHandler(),
  })

/** The streams that the programs read. */
export const isStreamed = ({ name }: CaseRun): boolean => name === 'streamed' || name === 'aborted'

/** Reads a stream to its end; one that the application has aborted ends with an error, and its text is dropped. */
export async function unlessAborted(signal: AbortSignal, read: () => Promise<string>): Promise<string> {
  try {
    return await read()
  } catch (error) {
    if (signal.aborted) return ''
    throw error
  }
}
