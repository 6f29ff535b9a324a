import assert from 'node:assert/strict'
import {
  type Context,
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  type Span,
  trace,
} from '@opentelemetry/api'

/** A context as the API makes it: its own properties are read by published code. */
interface OpenContext extends Context {
  _currentContext: Map<symbol, unknown>
}

const KEY = createContextKey('test.contract')
const OTHER = createContextKey('test.contract.other')
const ABSENT = createContextKey('test.contract.absent')
/** The key of the API's active span, as published code spells it. */
const SPAN = createContextKey('OpenTelemetry Context Key SPAN')

const newSpan = (digit: string): Span =>
  trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: digit.repeat(16), traceFlags: 1 })
const span = newSpan('2')
const otherSpan = newSpan('3')

/** What programs make of a context. Each must be as good as the context itself. */
export const FORMS: Readonly<Record<string, (of: Context) => Context>> = {
  itself: (of) => of,
  'its methods, taken off it': ({ getValue, setValue, deleteValue }) => ({
    getValue: (key) => getValue(key),
    setValue: (key, value) => setValue(key, value),
    deleteValue: (key) => deleteValue(key),
  }),
  'its methods, called on something else': (of) => ({
    getValue: of.getValue.bind(null),
    setValue: of.setValue.bind({}),
    deleteValue: of.deleteValue.bind(undefined),
  }),
  'an object with it as prototype': (of) => Object.create(of) as Context,
  'a proxy around it': (of) => new Proxy(of, {}),
  'a spread copy': (of) => ({ ...of }),
  'a frozen context': (of) => Object.freeze(of),
}

/** The forms that show what the API's own contexts have besides their methods. */
const OPEN_FORMS = Object.entries(FORMS).filter(([form]) => !form.startsWith('its methods'))

/** The checks; `make` returns a context with the values of another one. */
export type ContextCheck = (make: (values: Context) => Context) => void

const withValues = () => trace.setSpan(ROOT_CONTEXT.setValue(KEY, 'value'), span)

function inEachForm(check: (form: Context, of: Context) => void): ContextCheck {
  return (make) => {
    for (const form of Object.values(FORMS)) {
      const of = make(withValues())
      check(form(of), of)
    }
  }
}

function inEachOpenForm(check: (form: OpenContext, of: OpenContext) => void): ContextCheck {
  return (make) => {
    for (const [, form] of OPEN_FORMS) {
      const of = make(withValues())
      check(form(of) as OpenContext, of as OpenContext)
    }
  }
}

/** What holds for a context of the API, in every form. The titles say what works. */
export const CONTEXT_CONTRACT: Readonly<Record<string, ContextCheck>> = {
  'reads a value, the active span, and nothing under a key that is not set': inEachForm((form) => {
    assert.equal(form.getValue(KEY), 'value')
    assert.equal(trace.getSpan(form), span)
    assert.equal(form.getValue(SPAN), span)
    assert.equal(form.getValue(ABSENT), undefined)
  }),

  'gets another value in a new context, and keeps its own': inEachForm((form, of) => {
    const other = form.setValue(KEY, 'other').setValue(OTHER, 1)
    assert.equal(other.getValue(KEY), 'other')
    assert.equal(other.getValue(OTHER), 1)
    assert.equal(trace.getSpan(other), span)
    for (const unchanged of [form, of]) {
      assert.equal(unchanged.getValue(KEY), 'value')
      assert.equal(unchanged.getValue(OTHER), undefined)
    }
  }),

  'gets another span in a new context, and keeps its own': inEachForm((form) => {
    const other = trace.setSpan(form, otherSpan)
    assert.equal(trace.getSpan(other), otherSpan)
    assert.equal(other.getValue(KEY), 'value')
    assert.equal(trace.getSpan(trace.deleteSpan(other)), undefined)
    assert.equal(trace.getSpan(trace.deleteSpan(form)), undefined)
    assert.equal(trace.getSpan(form), span)
  }),

  'loses a value in a new context only': inEachForm((form) => {
    const without = form.deleteValue(KEY).deleteValue(ABSENT)
    assert.equal(without.getValue(KEY), undefined)
    assert.equal(trace.getSpan(without), span)
    assert.equal(form.getValue(KEY), 'value')
  }),

  'becomes the active context, and can be bound to a function': inEachForm((form) => {
    const read = () => [context.active().getValue(KEY), trace.getActiveSpan()]
    assert.deepEqual(context.with(form, read), ['value', span])
    assert.deepEqual(context.bind(form, read)(), ['value', span])
  }),

  'carries baggage': inEachForm((form) => {
    const baggage = propagation.createBaggage({ key: { value: 'entry' } })
    const carrying = propagation.setBaggage(form, baggage)
    assert.equal(propagation.getBaggage(carrying)?.getEntry('key')?.value, 'entry')
    assert.equal(propagation.getBaggage(propagation.deleteBaggage(carrying)), undefined)
  }),

  'shows a Map of all entries to code that reads it': inEachOpenForm((form) => {
    const { _currentContext: map } = form
    assert.ok(map instanceof Map)
    assert.equal(map.get(KEY), 'value')
    assert.equal(map.get(SPAN), span)
    assert.equal(map.get(ABSENT), undefined)
    assert.deepEqual([map.has(KEY), map.has(SPAN), map.has(ABSENT)], [true, true, false])
    for (const entries of [map, map.entries(), new Map(map), Array.from(map)]) {
      const found = new Map(entries)
      assert.equal(found.size, map.size)
      assert.equal(found.get(KEY), 'value')
      assert.equal(found.get(SPAN), span)
    }
    const seen = new Map()
    map.forEach((value, key, all) => {
      if (all.has(key)) seen.set(key, value)
    })
    assert.deepEqual([...seen], [...map])
    assert.deepEqual([...map.keys()], [...seen.keys()])
    assert.deepEqual([...map.values()], [...seen.values()])
  }),

  'has a value that is written into its Map, and so have contexts made from it later': inEachOpenForm(
    (form, of) => {
      form._currentContext.set(SPAN, otherSpan).set(OTHER, 'written').delete(KEY)
      for (const changed of [form, of, form.setValue(ABSENT, 1), of.deleteValue(ABSENT)]) {
        assert.equal(trace.getSpan(changed), otherSpan)
        assert.equal(changed.getValue(OTHER), 'written')
        assert.equal(changed.getValue(KEY), undefined)
      }
      form._currentContext.clear()
      assert.equal(trace.getSpan(form), undefined)
      assert.equal(form._currentContext.size, 0)
    },
  ),

  'leaves contexts that were made earlier alone when its Map is written to': (make) => {
    const outer = make(withValues()) as OpenContext
    const inner = make(outer).setValue(OTHER, 1) as OpenContext
    const under = trace.setSpan(outer, otherSpan)
    outer._currentContext.set(SPAN, newSpan('4'))
    assert.equal(trace.getSpan(inner), span)
    assert.equal(trace.getSpan(under), otherSpan)
    inner._currentContext.delete(KEY)
    assert.equal(outer.getValue(KEY), 'value')
    assert.equal(under.getValue(KEY), 'value')
  },

  'keeps a value that is undefined as an entry, and none that is deleted': inEachOpenForm((form) => {
    const { _currentContext: set } = trace.setSpan(
      form.setValue(KEY, undefined),
      undefined as never,
    ) as OpenContext
    assert.deepEqual([set.has(KEY), set.has(SPAN)], [true, true])
    const { _currentContext: deleted } = trace.deleteSpan(form.deleteValue(KEY)) as OpenContext
    assert.deepEqual([deleted.has(KEY), deleted.has(SPAN)], [false, false])
  }),

  'has the own properties that a context of the API has, and its prototype': (make) => {
    const api = ROOT_CONTEXT.setValue(KEY, 'value')
    const made = make(api)
    assert.deepEqual(Object.keys(made), Object.keys(api))
    assert.deepEqual(Reflect.ownKeys(made), Reflect.ownKeys(api))
    assert.equal(made.constructor, api.constructor)
    assert.ok(made instanceof api.constructor)
    assert.equal(JSON.stringify(made), JSON.stringify(api))
  },

  'can be copied by its constructor': (make) => {
    const { constructor: BaseContext, _currentContext } = make(withValues()) as OpenContext
    const copy = new (BaseContext as new (entries: unknown) => Context)(_currentContext)
    assert.equal(copy.getValue(KEY), 'value')
    assert.equal(trace.getSpan(copy), span)
  },

  'is not asked past a method that was replaced, or a Map': (make) => {
    const replaced = {
      getValue: (key: symbol) => (key === SPAN ? otherSpan : undefined),
    }
    const map = new Map([[SPAN, otherSpan]])
    const changed = [
      Object.assign(make(withValues()), replaced),
      Object.assign(make(withValues()), { _currentContext: map }),
      Object.assign(Object.create(make(withValues())) as Context, replaced),
      new Proxy(make(withValues()), {
        get: (of, name) => (name === 'getValue' ? replaced.getValue : Reflect.get(of, name)),
      }),
    ]
    for (const context of changed) {
      assert.equal(trace.getSpan(context), otherSpan)
      assert.equal(trace.getSpan(make(context)), otherSpan)
    }
  },
}
