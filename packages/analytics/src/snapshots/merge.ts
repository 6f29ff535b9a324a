import type { Counters } from '../counters.ts'
import { addLatency, type Latencies } from '../totals/latencies.ts'
import { obtainOthers, obtainWork } from '../totals/models.ts'
import type { Session } from '../totals/session.ts'
import { Tally } from '../totals/tally.ts'
import { type SharedLabels, united } from '../totals/value-sets.ts'
import { WORK_FIELDS, type Work, type WorkNumbers } from '../totals/work.ts'
import { COUNTS, type SessionSnapshot, type SketchSnapshot, type TallySnapshot } from './snapshot.ts'

/** Adds the totals of a session in a snapshot to those of a session, and to the counters what its cost lacks. */
export function mergeInto(
  session: Session,
  other: SessionSnapshot,
  shared: SharedLabels,
  counters: Counters,
): void {
  for (const [index, field] of COUNTS.entries()) session[field] += other.counts[index] as number
  for (const [model, numbers] of other.models) addWork(obtainWork(session, model), numbers, counters)
  if (other.otherModels !== undefined) addWork(obtainOthers(session), other.otherModels, counters)
  if (other.times !== undefined) session.widen(other.times[0], other.times[1])
  mergeValues(session, other, shared)
  session.traceLatencies = mergedLatencies(session.traceLatencies, other.traceLatency)
  session.llmCallLatencies = mergedLatencies(session.llmCallLatencies, other.llmCallLatency)
  mergeLifecycle(session, other)
}

function addWork(work: Work, numbers: readonly number[], counters: Counters): void {
  const named = namedNumbers(numbers)
  work.add(named)
  counters.callsWithoutUsage += named.callsWithoutUsage
  counters.unpricedUsages += named.unpriced
  counters.undecidedUsages += named.undecided
}

const namedNumbers = (numbers: readonly number[]): WorkNumbers =>
  Object.fromEntries(WORK_FIELDS.map((field, index) => [field, numbers[index]])) as WorkNumbers

function mergeValues(session: Session, other: SessionSnapshot, shared: SharedLabels): void {
  const users = united(session.usersOf(), other.users)
  const [only] = users.kept
  if (only !== undefined) session.users = users.kept.length === 1 && !users.more ? only : users
  const { tags, environments } = session.labels
  const labels = { tags: united(tags, other.tags), environments: united(environments, other.environments) }
  if (labels.tags !== tags || labels.environments !== environments) session.labels = shared.share(labels)
}

const mergedLatencies = (latencies: Latencies, sketch: SketchSnapshot): Latencies =>
  sketch.reduce<Latencies>((all, [bucket, count]) => addLatency(all, bucket, count), latencies)

function mergeLifecycle(session: Session, other: SessionSnapshot): void {
  const { name, end, feedback, metrics, moreMetrics, late, events, attachments } = other
  if (name !== undefined) session.obtainLifecycle().addName({ name: name.name, time: name.time })
  if (end !== undefined) {
    const lifecycle = session.obtainLifecycle()
    // Field by field: a snapshot may have more, which would be passed on.
    lifecycle.addEnd({ state: end.state, reason: end.reason, time: end.time, implied: end.implied })
    // The process that counted the end has called its listeners.
    lifecycle.isEndReported = true
  }
  if (feedback !== undefined) {
    const merged = session.obtainLifecycle().obtainFeedback()
    merged.count += feedback.count
    merged.scored += feedback.scored
    for (const [each, tally] of feedback.names) merged.names.add(each, tallyOf(tally))
    if (feedback.more) merged.names.more = true
  }
  for (const [metric, tally] of metrics) session.obtainLifecycle().obtainMetrics().add(metric, tallyOf(tally))
  if (moreMetrics) session.obtainLifecycle().obtainMetrics().more = true
  if (late + events + attachments === 0) return
  const lifecycle = session.obtainLifecycle()
  lifecycle.late += late
  lifecycle.events += events
  lifecycle.attachments += attachments
}

function tallyOf({ count, unscored, millionths, min, max }: TallySnapshot): Tally {
  const tally = new Tally()
  tally.merge({
    count,
    unscored,
    millionths: BigInt(millionths),
    min: min ?? Number.POSITIVE_INFINITY,
    max: max ?? Number.NEGATIVE_INFINITY,
  })
  return tally
}
