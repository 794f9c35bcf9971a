import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { Designer } from './support/designer.ts'

/**
 * A sheet that is still fading in has the contrast of its fade: the scan looks at what stays. Settled is a page on which two frames in a row nothing passes; what
 * goes on for ever (the dots on edges) or is held does not count.
 */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const passing = (animation: Animation): boolean => animation.playState === 'running' && Number.isFinite(animation.effect?.getComputedTiming().endTime)
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve))
    for (let still = 0; still < 2; still++) {
      await frame()
      const moving = document.getAnimations().filter(passing)
      if (moving.length > 0) still = -1
      await Promise.allSettled(moving.map((animation) => animation.finished))
    }
  })
}

async function scan(page: Page, state: string): Promise<void> {
  await settled(page)
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  const found = violations.map((violation) => `${violation.id}: ${violation.help} (${violation.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')})`)
  expect.soft(found, state).toEqual([])
}

for (const scheme of ['light', 'dark'] as const) {
  test.describe(`accessibility, ${scheme}`, () => {
    test.use({ colorScheme: scheme })

    test('every state of the screen passes the scan', async ({ page }) => {
      test.setTimeout(240_000)
      const designer = new Designer(page)
      await designer.open()
      await scan(page, 'landing')
      await designer.run()
      await expect(designer.dock.getByRole('gridcell').first()).toBeVisible()
      await designer.status.getByRole('button', { name: 'Pause' }).click()
      await scan(page, 'running')
      await designer.select('per-minute')
      await scan(page, 'inspector of a window')
      await designer.inspector.getByRole('tab', { name: 'Docs' }).click()
      await scan(page, 'help page')
      await designer.select('trips')
      await scan(page, 'inspector of a source')
      for (const tab of ['Problems', 'Tests', 'Plan', 'History']) {
        await designer.dock.getByRole('tab', { name: new RegExp(tab) }).click()
        await scan(page, `dock, ${tab}`)
      }
      await page.keyboard.press('Control+k')
      await expect(page.getByRole('dialog')).toBeVisible()
      await scan(page, 'command palette')
      await designer.closeSheet()
      await page.keyboard.press('Control+e')
      await expect(page.getByRole('dialog')).toBeVisible()
      await scan(page, 'export')
      await designer.closeSheet()
      await designer.command('Shortcuts')
      await expect(page.getByRole('dialog')).toBeVisible()
      await scan(page, 'shortcuts')
      await designer.closeSheet()
      await designer.command('All samples')
      await expect(page.getByRole('dialog')).toBeVisible()
      await scan(page, 'gallery')
      await designer.closeSheet()
      await designer.blank()
      await scan(page, 'blank')
    })
  })
}
