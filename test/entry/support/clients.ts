/** How a message of a user gets to the application. */
import { ownerOf } from '../work/users.ts'

export interface Client {
  /** Sends a message, and returns the answer. */
  send(conversation: string, round: string): Promise<string>
  /** Does the same for nobody, without a session: the answer is `ok`. */
  check(round: string): Promise<string>
  close(): Promise<void>
}

/** Sends requests to an application. */
export function requestClient(port: number): Client {
  const url = `http://127.0.0.1:${port}`
  const read = async (response: Response) => {
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text.slice(0, 2000)}`)
    return text
  }
  return {
    async send(conversation, round) {
      const response = await fetch(`${url}/conversations/${conversation}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer token-${ownerOf(conversation)?.at(-1)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ round }),
      })
      return read(response)
    },
    check: async () => read(await fetch(`${url}/health`)),
    close: async () => {},
  }
}
