/**
 * The fields of a span of OpenTelemetry's SDK 1.30, 2 or 3: private ones too, by which its methods work, and in place of
 * its getters what they return. They are named one by one, because a loop over the names costs ten times as much: the row
 * "backend langfuse" of `pnpm bench front` shows it. What is not named here costs more, and is copied all the same.
 */
export class SdkSpanFields {
  [name: string]: unknown

  constructor(of: object, attributes: unknown) {
    const span = of as Readonly<Record<string, unknown>>
    this['_spanContext'] = span['_spanContext']
    this['kind'] = span['kind']
    this['attributes'] = attributes
    this['links'] = span['links']
    this['events'] = span['events']
    this['startTime'] = span['startTime']
    this['resource'] = span['resource']
    this['_droppedAttributesCount'] = span['_droppedAttributesCount']
    this['_droppedEventsCount'] = span['_droppedEventsCount']
    this['_droppedLinksCount'] = span['_droppedLinksCount']
    this['name'] = span['name']
    this['status'] = span['status']
    this['endTime'] = span['endTime']
    this['_ended'] = span['_ended']
    this['_duration'] = span['_duration']
    this['_spanProcessor'] = span['_spanProcessor']
    this['_spanLimits'] = span['_spanLimits']
    this['_performanceStartTime'] = span['_performanceStartTime']
    this['_performanceOffset'] = span['_performanceOffset']
    this['_startTimeProvided'] = span['_startTimeProvided']
    this['duration'] = span['duration']
    this['ended'] = span['ended']
    this['droppedAttributesCount'] = span['droppedAttributesCount']
    this['droppedEventsCount'] = span['droppedEventsCount']
    this['droppedLinksCount'] = span['droppedLinksCount']
    // Those of SDK 1.x, or later ones.
    if ('instrumentationLibrary' in span) {
      this['parentSpanId'] = span['parentSpanId']
      this['instrumentationLibrary'] = span['instrumentationLibrary']
    } else {
      this['parentSpanContext'] = span['parentSpanContext']
      this['instrumentationScope'] = span['instrumentationScope']
    }
    // Not in every version.
    if ('_attributesCount' in span) this['_attributesCount'] = span['_attributesCount']
    if ('_attributeValueLengthLimit' in span) {
      this['_attributeValueLengthLimit'] = span['_attributeValueLengthLimit']
    }
    if ('_recordEndMetrics' in span) this['_recordEndMetrics'] = span['_recordEndMetrics']
  }
}
