import DefaultTheme from 'vitepress/theme'
import { h } from 'vue'
import { BeforeAfter } from './before-after.ts'
import './style.css'

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-features-before': () => h(BeforeAfter) }),
}
