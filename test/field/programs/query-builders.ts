export { cases } from '../lazy/queries.ts'
