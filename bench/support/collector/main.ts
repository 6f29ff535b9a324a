// A collector in its own process, so that its cost is not counted: `fork` it with the port to try first, and send the
// messages of `messages.ts`. It ends when its parent does.
import type { Question, Reply } from './messages.ts'
import { CollectorServer } from './server.ts'

const server = new CollectorServer()
await server.listen(Number(process.argv[2]))

const reply = (message: Reply) => process.send?.(message)
process.on('disconnect', () => process.exit())
process.on('message', async (question: Question) => {
  if (question.kind === 'report') {
    reply({ kind: 'report', ...server.tally.report() })
  } else {
    await server.follow(question.schedule)
    reply({ kind: 'listening', port: server.port })
  }
})
reply({ kind: 'listening', port: server.port })
