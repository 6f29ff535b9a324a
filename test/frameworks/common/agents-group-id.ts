import type { Program } from '../program.ts'
import { createAgents } from './support/agents.ts'

/** `groupId`, by which the Agents SDK links the traces of a conversation. */
export const program: Program = { start: async (places) => createAgents(places) }
