import type { CodeText } from './text.ts'

/**
 * What the exporter, delivery and totals log without a code, by a part of the message that is always the same. A test
 * looks for each part in the sources.
 */
export const LOGS: Readonly<Record<string, CodeText>> = {
  ' with status ': {
    what: 'The endpoint rejected spans. Status 401 or 403: the credentials in `headers` are wrong. 404 or 405: `url` needs the whole path, such as `/v1/traces`. 413: the request is larger than the endpoint allows. 415: it does not support `protocol` or `compression`. 3xx: redirects are not followed.',
    fix: 'Correct the option, then call `redeliver()`: rejected spans are kept as space allows.',
  },
  ' not delivered before the shutdown; kept in the journal': {
    what: 'The endpoint was slow or unavailable when the process shut down.',
    fix: 'Nothing: the next process with the same `directory` sends them.',
  },
  ' lost: the process exits before delivery': {
    what: 'There is no journal, or the disk could not be written to. If the last request failed, the message says why: `ECONNREFUSED` means that nothing listens at the endpoint.',
    fix: 'Start the endpoint, or correct `url`. Call `provider.shutdown()` before the process exits, and set `directory`. With `--import otel-sessions/register`, the provider is `trace.getTracerProvider().getDelegate()`, and the directory is `OTEL_SESSIONS_DIRECTORY`.',
  },
  ' cannot be written (': {
    what: 'The journal cannot be written, with the error code of the disk: `ENOSPC` is full, `EACCES` lacks the permission. Spans are kept in memory meanwhile.',
    fix: 'Make room, or correct the owner of `directory`. Writing goes on by itself.',
  },
  'a journal file cannot be read, and is kept in ': {
    what: 'A file of the journal has a format or a permission that this process cannot read. It is moved aside and not deleted.',
    fix: 'Look whether another version of the package, or another user, wrote it.',
  },
  ' is full: the oldest files are deleted': {
    what: 'The files that cannot be read have more than `maxRejectedBytes` together.',
    fix: 'Look at the disk. Read what you need from the folder `unreadable`, then delete it.',
  },
  ' was taken over by another process, or deleted': {
    what: 'This process was stopped, or busy for more than a minute, in another container or a worker thread, so another process took it for dead. It writes into a new folder now. Nothing is lost, but spans may arrive twice.',
    fix: 'Nothing, if it is rare. Otherwise look for synchronous work of more than a minute, or for what deletes files in the directory.',
  },
  ' is not taken over, and its spans stay there: ': {
    what: 'A process left a journal, and this one must not or cannot send it. The message has the reason: another user owns it, all users may write to it, it is a link, or the disk does not permit it.',
    fix: 'Run all processes as the same user, or correct the owner and the permissions of the folder. It is looked at again every 30 seconds.',
  },
  ' is not used as it is: ': {
    what: 'The folder `rejected`, or a file in it, is a link, no regular file, or may have been written by another user. It is left alone. Rejected spans stay in memory if the folder cannot be used.',
    fix: 'Delete what is there, or correct its owner and permissions.',
  },
  ' has records compressed with zstd': {
    what: 'An older journal is compressed with zstd, which this Node cannot read.',
    fix: 'Start a process with Node 22.15 or later in the same `directory` once.',
  },
  ' is full: the oldest rejected spans are deleted': {
    what: 'Spans that the endpoint rejected fill `maxRejectedBytes`.',
    fix: 'Remove the cause of the rejections and call `redeliver()`, or raise the option.',
  },
  ' for a span of ': {
    what: 'A single span makes the endpoint, or a proxy before it, fail or reset the connection each time, while other requests are answered. Often it is too large.',
    fix: 'Look at the log of the endpoint, raise the size limit there, or write less into attributes. Then call `redeliver()`.',
  },
  ' and more than 4 MiB': {
    what: 'The endpoint accepted a request, and its answer is too long to be read. By OTLP this is a failure that is not retried, so the spans are kept as rejected.',
    fix: 'Check `url`: OTLP endpoints answer with a few bytes. Then call `redeliver()`, which may send spans a second time.',
  },
  ' answers with a web page': {
    what: 'The endpoint answers with HTML and a status of success, such as a login page. By OTLP the spans count as delivered.',
    fix: 'Check `url`, which needs the whole path, and the credentials in `headers`.',
  },
  ' is undefined, so requests do not have this header': {
    what: 'A header of the option `headers` has no value, often because an environment variable is missing.',
    fix: 'Set the variable. For a header that is optional, leave out the property.',
  },
  'spans wait until it succeeds': {
    what: 'A function in an option threw, did not finish, or returned a wrong value, such as `headers` that fetch a token. The message says what is wrong, with the name of a header and without its value. Spans wait until it succeeds.',
    fix: 'Look at the function.',
  },
  ' cannot be used for ': {
    what: 'Node rejects what `httpAgentOptions` has, a certificate or key of the environment, or an agent for another protocol than that of `url`. The message has the error code, and the property if Node names it.',
    fix: 'Correct the option, and start the process again.',
  },
  'no request to ': {
    what: 'An option failed for three requests in a row, so the endpoint has received nothing.',
    fix: 'Look at the message before it, which says what is wrong.',
  },
  'an attribute is exported in part': {
    what: '`PersistentBatchSpanProcessor` writes at most a million values of an attribute, and 30 levels of arrays and objects. A part that contains itself is written as empty.',
    fix: 'Write less into the attribute, or write it as text.',
  },
  'the SDK dropped or truncated ': {
    what: 'A span has as many attributes as `attributeCountLimit` allows, or a value is longer than `attributeValueLengthLimit`. The exporter restores the fields of your session that are named; other attributes of the span stay lost.',
    fix: 'Raise the limit, also as `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`. Older Traceloop instrumentations write an attribute for each message.',
  },
  'option onInvalid threw': {
    what: 'Your `onInvalid` threw, or made an ID that is invalid, too. The ID is dropped.',
    fix: 'Return a valid session ID, or use `hashSessionId` of `@otel-sessions/exporter/hash`.',
  },
  'the wrapped exporter failed to export backfilled spans': {
    what: 'Spans waited for their trace, and then your exporter failed. `stats().failures` counts them.',
    fix: 'Look at the exporter: the message has its reason.',
  },
  'before their trace is complete': {
    what: 'Spans without a session waited for their trace, and a limit of `backfill` was exceeded: `maxWaitMillis`, or `maxSpans`. `stats().notBackfilled` counts them.',
    fix: 'Raise the limit that the message names, end all spans, or use `usingSession`, which needs no waiting.',
  },
  'there are more than maxSessions': {
    what: '`SessionAnalytics` removed the totals of the session that was used least recently.',
    fix: 'Raise `maxSessions`, or keep the totals with `onEvict`.',
  },
  'which is ignored in totals': {
    what: 'A span has a token count, cost, score or time that is no valid number. The rest of the span counts.',
    fix: 'Find the code that writes it: `readSpanUsage` shows what is read of a span.',
  },
  'a call of a model reports no usage': {
    what: 'An LLM call or an embedding has no tokens: neither its span, nor one below or above it, reports any. `callsWithoutUsage` in the totals counts such calls; `tokens` and `cost` are those of the others.',
    fix: 'Ask the API for usage. For streams, OpenAI needs `stream_options: { include_usage: true }`. A call that failed or was stopped has none, and [some instrumentations](usage-and-cost.md#which-calls-have-a-cost) report none for streams.',
  },
  'a usage has no cost: its span reports none, and': {
    what: 'The option `prices` has no price for the model, or the span does not report all tokens. Or it reports the sum of several calls, of which one may have had a long prompt. The `cost` of the session is `undefined`; in the totals, `models` tells which model has `unpricedUsages`.',
    fix: '[Add a price](usage-and-cost.md#set-prices) for the model, or renew `PRICES` with a newer version of the package.',
  },
  'a usage has no cost: its span does not tell whether its input includes': {
    what: 'Some instrumentations count tokens of a cache as part of the input, others apart, and nothing tells which this one does. Or it reports what was read from a cache and never what was written. The `cost` of the session is `undefined`, and `undecidedUsages` counts it.',
    fix: 'Update the instrumentation, or use [one whose spans have a cost](usage-and-cost.md#which-calls-have-a-cost).',
  },
  'a usage has no cost: the tokens of its span do not add up to their total': {
    what: 'The span reports a total that is more than its parts, and nothing tells what the rest is. Or a count or a cost is invalid, or a count has a name that is not known. The `cost` of the session is `undefined`, and `undecidedUsages` counts it.',
    fix: 'Update the instrumentation, or use [one whose spans have a cost](usage-and-cost.md#which-calls-have-a-cost).',
  },
  'a usage has no cost: LangChain counts the first words': {
    what: 'While an answer of Anthropic is streamed, LangChain adds its first count of output to the last, which includes it. OpenInference passes that on, or hides whether the answer was streamed. The `cost` of the session is `undefined`, and `undecidedUsages` counts it.',
    fix: "Let Anthropic's SDK [trace itself](usage-and-cost.md#what-the-counts-include).",
  },
  'a usage has no cost: its instrumentation does not report for how long': {
    what: 'Anthropic charges more for an hour in its cache than for five minutes. This instrumentation never reports which it was. The `cost` of the session is `undefined`, and `undecidedUsages` counts it.',
    fix: 'Set `cacheLifetime` of `SessionAnalytics` to `5m`, which is what Anthropic does unless a request asks for `ttl: "1h"`, or to `1h`.',
  },
  ' report the same LLM calls, which count once, as the first reports them': {
    what: 'Two instrumentations trace the same calls, such as those of LangChain and of the SDK that it calls. Each call counts once, but both spans are exported, and [not all such calls can be recognized](usage-and-cost.md#nothing-counts-twice).',
    fix: 'Switch off the second that the message names. The tracing of `@anthropic-ai/sdk` is off with `new Anthropic({ openTelemetry: false })`, or with `ANTHROPIC_OPEN_TELEMETRY=false`.',
  },
}
