/** The files of the picture, drawn from the result of the demo. */
import { shareOf } from '../report/figures.ts'
import type { DemoResult } from '../run.ts'
import { SHOWN } from '../scenario.ts'
import { drawPicture, type Picture } from './draw.ts'
import { LAYOUTS } from './layout.ts'
import { THEMES } from './theme.ts'

export const PICTURES = new URL('../../docs/public/', import.meta.url)

/** Contents by file name. */
export function drawFiles(result: DemoResult): Record<string, string> {
  const picture: Picture = {
    without: shareOf(result, 'without'),
    withUs: shareOf(result, 'usingSession'),
    request: { text: SHOWN.text, without: result.shown.without, withUs: result.shown.usingSession },
  }
  return {
    'before-after-light.svg': drawPicture(picture, LAYOUTS.wide, THEMES.light),
    'before-after-dark.svg': drawPicture(picture, LAYOUTS.wide, THEMES.dark),
    'before-after-narrow-light.svg': drawPicture(picture, LAYOUTS.narrow, THEMES.light),
    'before-after-narrow-dark.svg': drawPicture(picture, LAYOUTS.narrow, THEMES.dark),
  }
}
