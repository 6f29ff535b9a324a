/** The application on Express, as an ES module, with the helper that the environment names. */
import express from 'express'
import { type ExpressHelper, startExpress } from './express-app.ts'

startExpress(express, (await import(`../helpers/${process.env['HELPER']}.ts`)) as ExpressHelper)
