/**
 * The terms of this project: a regular expression of what not to write, and what to write instead. They apply to prose,
 * not to code. Matches are whole words, in any case.
 */
export const TERMS = [
  ['dialects?', 'backend'],
  ['hint(?:s|ed)?', 'inferred session'],
  ['(?<!connections? (?:is |are |was |were )?)refus(?:e|es|ed|ing)', 'reject'],
  ['in force', 'active'],
  ['bare spans?', 'span without a session'],
  ['beats?', 'takes precedence over'],
  ['said once', 'logged once'],
  ['waiting room', 'buffer'],
  ['session words?', 'session span'],
  ['receivers? (?:is|are) away', 'endpoint unavailable'],
  ['stated session', 'explicit session'],
  ['goes before', 'takes precedence over'],
  ['gates?', 'validation'],
  ['heirs?', 'child span'],
  ['strays', 'spans without a session'],
  ['sessionId', 'session ID'],
  ['session[- ]id', 'session ID'],
  ['spanprocessor', 'span processor'],
  ['span-processor', 'span processor'],
  ['open telemetry', 'OpenTelemetry'],
  ['lang ?fuse', 'Langfuse'],
  ['lang ?smith', 'LangSmith'],
  ['lang ?chain', 'LangChain'],
  ['lang ?graph', 'LangGraph'],
  ['open ?inference', 'OpenInference'],
  ['trace ?loop', 'Traceloop'],
  ['open ?ai', 'OpenAI'],
  // Wordy phrases.
  ['all of the', 'all'],
  ['in order to', 'to'],
  ['provided that', 'if'],
  ['prior to', 'before'],
  ['due to the fact that', 'because'],
  ['in the event that', 'if'],
  ['with regard to', 'about'],
  ['a (?:large )?number of', 'many'],
  ['utili[sz]e[sd]?', 'use'],
  ['leverage[sd]?', 'use'],
  ['simply', ''],
  ['obviously', ''],
]

/** Terms of the rule's own list that do not apply here. */
export const NOT_OURS = ['bug[- ]fix(es)?', 'file[- ]name(s)?', 'ID', 'readme(s)?', 'run[- ]time']
