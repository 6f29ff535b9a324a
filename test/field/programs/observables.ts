export { cases } from '../lazy/observables.ts'
