/** What a span did for its session. */
export type WorkKind = 'llm' | 'tool' | 'agent' | 'retrieval' | 'embedding' | 'other'
