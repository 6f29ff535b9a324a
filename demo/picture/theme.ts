/** Colors of the picture. Each text has a contrast of at least 4.5 to what is behind it (WCAG AA). */
export interface Theme {
  background: string
  border: string
  text: string
  muted: string
  branch: string
  carrying: { fill: string; stroke: string; text: string }
  missing: { stroke: string; text: string }
}

export const THEMES: Readonly<Record<'light' | 'dark', Theme>> = {
  light: {
    background: '#ffffff',
    border: '#d1d9e0',
    text: '#1f2328',
    muted: '#59636e',
    branch: '#afb8c1',
    carrying: { fill: '#dafbe1', stroke: '#4ac26b', text: '#0f5323' },
    missing: { stroke: '#cf222e', text: '#a40e26' },
  },
  dark: {
    background: '#0d1117',
    border: '#3d444d',
    text: '#f0f6fc',
    muted: '#9198a1',
    branch: '#545d68',
    carrying: { fill: '#12301c', stroke: '#2ea043', text: '#7ee787' },
    missing: { stroke: '#f85149', text: '#ff7b72' },
  },
}
