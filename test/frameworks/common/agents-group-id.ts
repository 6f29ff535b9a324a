import type { Program } from '../program.ts'
import { createAgents } from './support/agents.ts'

/** `groupId`, which is what the Agents SDK links the traces of a conversation by. */
export const program: Program = { start: async (places) => createAgents(places) }
