export { cases } from '../lazy/connections.ts'
