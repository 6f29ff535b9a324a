import { SessionProcessor, withSession } from '../../entry/thirty-lines.ts'
import type { Program } from '../program.ts'
import { openaiProgram } from './support/openai-program.ts'

/** A context key, a helper and a span processor, as an application writes them without any library. */
export const program: Program = {
  ...openaiProgram(({ sessionId }, fn) => withSession({ sessionId }, fn)),
  processors: () => [new SessionProcessor()],
}
