export { cases } from '../lazy/emitters.ts'
