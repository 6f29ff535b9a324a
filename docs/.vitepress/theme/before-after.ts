import { withBase } from 'vitepress'
import { type FunctionalComponent, h } from 'vue'

const ALT =
  'The trace of one chat request, drawn twice. Without otel-sessions, only the spans of LangChain carry a session. With usingSession, all spans do.'

/** The picture of the home page, for the colors and the width of the reader's screen. */
export const BeforeAfter: FunctionalComponent = () =>
  h('div', { class: 'before-after' }, [picture('light'), picture('dark')])

const picture = (colors: 'light' | 'dark') =>
  h('picture', { class: `in-${colors}` }, [
    h('source', { media: '(max-width: 640px)', srcset: withBase(`/before-after-narrow-${colors}.svg`) }),
    h('img', { src: withBase(`/before-after-${colors}.svg`), alt: ALT, loading: 'lazy' }),
  ])
