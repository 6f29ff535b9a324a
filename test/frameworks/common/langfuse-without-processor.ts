/** The Langfuse application without Langfuse's span processor. */
import type { Program } from '../program.ts'
import { program as withProcessor } from './langfuse.ts'

export const program: Program = { start: withProcessor.start }
