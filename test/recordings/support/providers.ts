/** The providers' servers of one case. */
import { existsSync } from 'node:fs'
import type { Reply } from '../cases.ts'
import type { ProviderUrls } from '../program.ts'
import type { ProviderServer, StartProvider } from '../providers/provider.ts'
import type { ProviderCall } from '../recording.ts'

/** The fixed port that stands in recordings for each provider's ephemeral one. */
export const RECORDED_PORTS: Readonly<Record<keyof ProviderUrls, number>> = {
  openai: 4010,
  anthropic: 4011,
  google: 4012,
  bedrock: 4013,
  openrouter: 4014,
}

/** The running servers of a case. */
export interface Providers {
  readonly urls: ProviderUrls
  /** All calls of all providers; complete after `close`. */
  calls(): readonly ProviderCall[]
  close(): Promise<void>
}

/** Starts each server, with the replies of a case. Each file in `providers/` exports one function `start…`. */
export async function startProviders(replies: readonly Reply[]): Promise<Providers> {
  const servers: Partial<Record<keyof ProviderUrls, ProviderServer>> = {}
  for (const provider of Object.keys(RECORDED_PORTS) as (keyof ProviderUrls)[]) {
    const file = new URL(`../providers/${provider}.ts`, import.meta.url)
    if (!existsSync(file)) continue
    const exported = Object.entries((await import(file.href)) as Record<string, unknown>)
    const start = exported.find(([name]) => name.startsWith('start'))?.[1] as StartProvider
    servers[provider] = await start(replies)
  }
  const running = Object.values(servers)
  const urlOf = (provider: keyof ProviderUrls) => servers[provider]?.url ?? 'http://127.0.0.1:1'
  return {
    urls: {
      openai: urlOf('openai'),
      anthropic: urlOf('anthropic'),
      google: urlOf('google'),
      bedrock: urlOf('bedrock'),
      openrouter: urlOf('openrouter'),
    },
    calls: () => running.flatMap((server) => server.calls()),
    close: async () => {
      await Promise.all(running.map((server) => server.close()))
    },
  }
}
