/** The dated models behind the names that applications ask for, as OpenAI's answers name them. */
const DATED: Readonly<Record<string, string>> = {
  'gpt-4o': 'gpt-4o-2024-08-06',
  'o4-mini': 'o4-mini-2025-04-16',
}

/** Returns the dated model that answers for a name; the name itself if there is none. */
export function datedModel(asked: unknown): string {
  const name = String(asked)
  return DATED[name] ?? name
}

/** When every answer was made, in seconds since the epoch. */
export const CREATED = 1_790_000_000
