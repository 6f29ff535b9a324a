// The one list of what is kept, what needs bindSession, and what is lost: the tests run it, and
// docs/reference/streams.md shows it.

import type { Cell } from './cell.ts'
import { AI_SDK } from './cells/ai-sdk.ts'
import { HELD } from './cells/held.ts'
import { ITERATORS } from './cells/iterators.ts'
import { LANGCHAIN } from './cells/langchain.ts'
import { LAZY } from './cells/lazy.ts'
import { NODE } from './cells/node.ts'
import { OPENAI } from './cells/openai.ts'
import { WEB } from './cells/web.ts'
import { WORK } from './cells/work.ts'

export const CELLS: readonly Cell[] = [
  ...WORK,
  ...ITERATORS,
  ...NODE,
  ...WEB,
  ...HELD,
  ...LAZY,
  ...OPENAI,
  ...LANGCHAIN,
  ...AI_SDK,
]
