/** The application on Express, as a CommonJS module. */
const express = require('express')
const { sessions } = require('otel-sessions/express')
const { inJob } = require('../helpers/otel-sessions.ts')
const { findSession } = require('../work/users.ts')
const { startExpress } = require('./express-app.ts')

const middleware = sessions({
  session: ({ headers, params }) => findSession(headers.authorization, params.conversation),
})
startExpress(express, { middleware, inJob })
