import type { Program } from '../program.ts'
import { openaiProgram } from './support/openai-program.ts'
import { SessionProcessor, withSession } from './support/thirty-lines.ts'

/** A context key, a helper and a span processor, as an application writes them without any library. */
export const program: Program = {
  ...openaiProgram(({ sessionId }, fn) => withSession(sessionId, fn)),
  processors: () => [new SessionProcessor()],
}
