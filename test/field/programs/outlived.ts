// A user's request opens a shared connection, which sends a ping every minute, long after the request.
// Right: the pings have no session. Their timer has the request's context, so all there is is a count and a log line.
import { usingSession } from '@otel-sessions/processor'
import { type Case, type Field, NOBODY, OWNER } from '../program.ts'

const PINGS = 2

/** Pings in the real timer; a minute passes at once before each. */
function openConnection({ tracer }: Field): Promise<void> {
  const now = performance.now.bind(performance)
  return new Promise((resolve) => {
    let pings = 0
    const timer = setInterval(() => {
      pings++
      performance.now = () => now() + pings * 60_000
      tracer.startSpan('ping', { attributes: { [OWNER]: NOBODY } }).end()
      if (pings < PINGS) return
      clearInterval(timer)
      resolve()
    })
  })
}

const run =
  (open: (field: Field) => Promise<void>) =>
  async (field: Field): Promise<void> => {
    const [user = ''] = field.users
    let pinged: Promise<void> | undefined
    await usingSession(field.session(user), async () => {
      pinged = open(field)
      await field.work(user)
    })
    await pinged
  }

export const cases: readonly Case[] = [
  {
    name: 'as usual',
    library: 'node',
    expected: { right: 1, wrong: { ping: 2 }, problems: { 'scope:outlived': /usingSession\(null/ } },
    run: run(openConnection),
  },
  {
    name: 'usingSession(null, …) around what is shared',
    library: 'node',
    expected: { right: 3 },
    run: run((field) => usingSession(null, () => openConnection(field))),
  },
]
