import { area } from './text.ts'

export const CONTEXT = area({
  title: 'The context manager',
  anchor: 'context',
  intro:
    '`usingSession` keeps its session in the active context of OpenTelemetry. Something has to carry that context through your code: a context manager.',
  codes: {
    'context:no-manager': {
      what: '`usingSession` has no effect, because no context manager is registered. Or it is registered with an older copy of `@opentelemetry/api` than the one that `@otel-sessions/processor` loads: then a newer copy cannot use it, and OpenTelemetry says nothing. The log names which of the two it is, and the version.',
      fix: 'Call `context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())` before the first span; `NodeSDK` does it for you. With two copies, make `npm ls @opentelemetry/api` show one version.',
    },
    'context:lost-after-await': {
      what: 'The session is lost after the first `await`, because the context manager does not follow promises. `StackContextManager`, for browsers, is like that.',
      fix: 'Use `AsyncLocalStorageContextManager` of `@opentelemetry/context-async-hooks`. Where there is none, call `usingSession` again after each `await`, or use `setSpanSession`.',
    },
  },
})

export const PROCESSOR = area({
  title: 'The processor, and copies of the packages',
  anchor: 'processor',
  intro: 'Something is set up in a way that takes effect without an error.',
  codes: {
    'processor:missing': {
      what: 'Sessions do not reach the spans of this provider, because it has no `SessionSpanProcessor`. With `setSpanSession`, only that one span has its session. It is noticed in a scope, if the registered provider has none, or if a span that was not stamped is active there. `setSpanSession` and the exporters notice such spans as well. Nothing notices a provider that is not registered, if its spans are not made active and its exporter is another one. A frequent reason is that another library registered its provider first: OpenTelemetry keeps the first one.',
      fix: 'Create the provider that makes the spans with `spanProcessors: sessionProcessors([…])`. If you mean a provider without sessions, ignore the line.',
    },
    'packages:two-copies': {
      what: 'One of the packages is loaded more than once: as two versions, or bundled several times, as Next.js does. The second copy is counted, and one of another version; a development server may load the same one many times. The copies agree on the session of every span and share all counters. Each copy binds streams and remembers bound objects on its own. Bundles for browsers, workers and edge runtimes do not count it.',
      fix: 'Make `npm ls @otel-sessions/processor` show one version. In Next.js, name the packages in `serverExternalPackages`.',
    },
  },
})

export const SESSION = area({
  title: 'The argument of a session',
  anchor: 'session',
  intro: 'You passed an object, and part of it cannot be used.',
  codes: {
    'session:unreadable': {
      what: 'Reading the object throws, so there is no session.',
      fix: 'Look at the getters or the proxy behind it. Pass a plain object with the values.',
    },
    'session:unknown-field': {
      what: 'A property is ignored, because no field has its name. It is mostly a spelling mistake, such as `sessionID` for `sessionId`. Without `sessionId`, the work stays in the outer session.',
      fix: 'Correct the name. The log names the property, where it looks like one, and the field that is meant; [the fields](entering-a-session.md#the-fields-of-a-session) are listed in the guide.',
    },
  },
})

export const METADATA = area({
  title: 'Metadata',
  anchor: 'metadata',
  intro: 'Metadata of a session is left out, in whole or in part. The session itself is used.',
  codes: {
    'metadata:unreadable': {
      what: 'Reading `metadata` throws, so all of it is left out.',
      fix: 'Pass a plain object with the values.',
    },
    'metadata:not-an-object': {
      what: '`metadata` is no object, so all of it is left out.',
      fix: "Pass an object such as `{ plan: 'pro' }`. An array or a JSON string is not accepted.",
    },
    'metadata:bad-value': {
      what: 'The value of one key is no string, finite number or boolean. That key is left out.',
      fix: 'Convert the value, for example a `Date` to a string. Nested objects need keys of their own, or `JSON.stringify`.',
    },
    'metadata:too-long': {
      what: 'The JSON of the metadata, that of outer scopes and of the span included, has more than 4,096 characters. All of it is left out, because half of it would be invalid JSON.',
      fix: 'Keep prompts and documents out of metadata: they belong on spans or in [attachments](session-object.md#attach-files).',
    },
    'metadata:not-read': {
      what: 'The attribute `metadata` that a framework wrote is longer than 32 kB. It is not searched for a `thread_id` or another [alias](../reference/aliases.md).',
      fix: 'Use `usingSession` around the work, or pass the framework less metadata.',
    },
  },
})

export const TAGS = area({
  title: 'Tags',
  anchor: 'tags',
  intro: 'Tags of a session are left out, in whole or in part. The session itself is used.',
  codes: {
    'tags:unreadable': { what: 'Reading `tags` throws, so all are left out.', fix: 'Pass a plain array.' },
    'tags:not-an-array': {
      what: '`tags` is no array, so all are left out.',
      fix: "Pass an array, also for one tag: `tags: ['beta']`.",
    },
    'tags:bad-tag': {
      what: 'One tag is no string, is empty, or is longer than 200 characters. It is left out.',
      fix: 'Convert or shorten it. Long values belong into metadata.',
    },
    'tags:too-many': {
      what: 'There are more than 32 different tags. Those after the first 32 are left out.',
      fix: 'Use metadata for values that differ from request to request.',
    },
  },
})

export const SCOPE = area({
  title: 'Spans that a scope reaches by accident, or not at all',
  anchor: 'scope',
  intro:
    "OpenTelemetry carries the session with the context. Something else chose the context of these spans. They are counted on Node, Bun and Deno, and in bundles for Node. Bundles for browsers, workers and edge runtimes do not count them. Rollup tells Node only with `nodeResolve({ exportConditions: ['node'] })`.",
  codes: {
    'scope:bypassed': {
      what: 'A span has no session, although its trace has exactly one. It started below a span that learned the session from a `usingSession` below it, and outside that `usingSession`. Some instrumentations bind a callback such as `next` to the context from before your middleware, so the handler does not see the scope. If you left the work outside on purpose, the count means nothing more. It is known when the trace is complete.',
      fix: 'Enter the session where the handler runs, or set it on the request span too: `setSpanSession(trace.getActiveSpan(), session)` before `usingSession(session, next)`. [Backfill](backfill.md) gives such spans the only session of their trace when they are exported.',
    },
    'scope:outlived': {
      what: 'A span starts in the session of a `usingSession` whose function was over at least a second before, and no span around it is open. Probably something that outlives the scope started it: a queue, a connection pool, a batch of DataLoader, a socket, a timer. Then it may work for another user, and its span is filed under this one. The log names the instrumentation of the first such span. For a function that returns no Promise, the request span around it tells when it is over; without one, five minutes pass.',
      fix: 'Bind each job where it is handed over: `queue.add(bindSession(job))`. Make what is shared, and run what works for several users, inside `usingSession(null, …)`. If it is work of the same session that you leave running, pass it through `bindSession`, and it is not reported.',
    },
  },
})

export const LANGCHAIN = area({
  title: 'LangChain',
  anchor: 'langchain',
  intro:
    'LangChain runs its callbacks in a queue in the background, and instrumentations make their spans there.',
  codes: {
    'langchain:background-callbacks': {
      what: "A span of LangChain, or of a callback handler such as Langfuse's or your own, started in a callback whose context is not kept. So it may have the session of another request. LangChain's queue could not be found, as in a bundle. If the log says that a queue is bound, it is that of another copy of LangChain, such as the one in `node_modules` beside your bundle.",
      fix: "Call `keepSessionInLangChain()` of `otel-sessions` when the application starts. In a bundle, pass it the module: `keepSessionInLangChain(callbacks)`, after `import * as callbacks from '@langchain/core/callbacks/manager'` in a file of the same bundle. [LangChain](../frameworks/langchain.md#requests-at-the-same-time) has the details.",
    },
    'langchain:reassigned': {
      what: 'A span of LangChain started in the session of another request, and then named a session that your application has entered elsewhere. It got that session, and the user if that is known. [The exception](precedence.md#the-exception-langchain) has the conditions.',
      fix: 'As for [`langchain:background-callbacks`](#langchain-background-callbacks): then the span starts in its own session, and so do those that name none.',
    },
  },
})

export const BIND = area({
  title: '`bindSession`, and streams that `usingSession` returns',
  anchor: 'bind',
  intro: 'The object comes back as it is, and works as before. Its spans do not have the session.',
  codes: {
    'bind:rejected': {
      what: 'The stream or object is frozen, or its methods cannot be replaced.',
      fix: 'Pass it on through a generator of your own, `async function* () { yield* original }`, and return that. [Stream shapes](../reference/streams.md) lists what can be bound.',
    },
    'bind:lazy-not-bound': {
      what: '`usingSession` returned a query builder or an Observable that is frozen, whose methods cannot be replaced (a Proxy, a stub of a remote object), or that another method than `subscribe` starts (xstream, Kefir). It starts outside the session.',
      fix: 'Start it inside: `usingSession(session, async () => await query)`. Or return `bindSession(query)`, which is a view of it. See [Query builders and Observables](lazy.md).',
    },
    'bind:unknown-target': {
      what: '`bindSession` got something that does not run later: a number, a plain value, an array without streams.',
      fix: 'Bind the function, stream, emitter or Promise itself. See [what needs `bindSession`](streams.md#what-needs-bindsession).',
    },
  },
})

export const SET_SPAN_SESSION = area({
  title: '`setSpanSession`',
  anchor: 'set-span-session',
  intro: 'The call has no effect, or less than you may expect.',
  codes: {
    'set-span-session:no-span': {
      what: 'There is no span: `trace.getActiveSpan()` returned `undefined`.',
      fix: 'Call it inside `startActiveSpan`, or pass the span itself. If a span should be active, look at [the context manager](#context).',
    },
    'set-span-session:not-recording': {
      what: 'The span has ended, or it is not sampled.',
      fix: 'Call it before `span.end()`. For a span that is not sampled there is nothing to do.',
    },
    'set-span-session:unreadable': {
      what: 'Reading or writing the span throws.',
      fix: 'Look at the library that wraps the span.',
    },
    'set-span-session:scope-wins': {
      what: 'The span has the new session. What starts from here does not, because a `usingSession` was entered below that span, and [the innermost scope takes precedence](precedence.md#when-a-span-starts).',
      fix: 'Nest another `usingSession` around the work that follows.',
    },
  },
})

export const SPAN = area({
  title: 'A span cannot be read',
  anchor: 'span',
  intro: 'The span is exported all the same.',
  codes: {
    'span:unreadable': {
      what: 'Reading or stamping a span throws, so it gets no session, or `SessionIdle` ignores it. The attributes are often a proxy or a getter of another library.',
      fix: 'Look at the span processors and wrappers that run before `SessionSpanProcessor`.',
    },
  },
})
