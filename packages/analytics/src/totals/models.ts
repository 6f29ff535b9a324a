import type { Session } from './session.ts'
import { NO_MODEL, Work } from './work.ts'

/** The number of models of a session that are counted separately. */
export const MODELS_MAX = 32

/**
 * Returns the numbers of a model in a session. Those with the smallest names are counted separately and all others in
 * one sum, so that the order of spans does not matter. A model whose numbers were all subtracted keeps its place:
 * otherwise one that is already in the sum could be counted separately again, and a later subtraction would not reach
 * the sum.
 */
export function obtainWork(session: Session, model: string): Work {
  let count = 0
  let largest: Work | undefined
  for (let work = session.models; work !== undefined; work = work.next) {
    if (work.model === model) return work
    count++
    if (largest === undefined || work.model > largest.model) largest = work
  }
  if (count >= MODELS_MAX && largest !== undefined) {
    if (model > largest.model) return obtainOthers(session)
    obtainOthers(session).add(largest)
    removeWork(session, largest)
  }
  const added = new Work(model)
  added.next = session.models
  session.models = added
  return added
}

/** Returns the sum over all models of a session that are not counted separately. */
export function obtainOthers(session: Session): Work {
  session.otherModels ??= new Work(NO_MODEL)
  return session.otherModels
}

function removeWork(session: Session, removed: Work): void {
  if (session.models === removed) {
    session.models = removed.next
    return
  }
  for (let work = session.models; work !== undefined; work = work.next) {
    if (work.next === removed) work.next = removed.next
  }
}

/** Returns the models of a session that are counted separately, sorted by name, including those that did nothing. */
export function modelsOf(session: Session): Work[] {
  const models: Work[] = []
  for (let work = session.models; work !== undefined; work = work.next) models.push(work)
  return models.sort((one, other) => (one.model < other.model ? -1 : 1))
}

/** Returns the sum over all models of a session. */
export function allWork(session: Session): Work {
  const sum = new Work(NO_MODEL)
  for (let work = session.models; work !== undefined; work = work.next) sum.add(work)
  if (session.otherModels !== undefined) sum.add(session.otherModels)
  return sum
}
