import { expect, test } from '@playwright/test'
import { Designer } from './support/designer.ts'

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 800, height: 720 }, hasTouch: true })

  test('the left panel is a drawer that goes when something was chosen', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const left = page.locator('[data-region="left"]')
    const button = page.getByRole('button', { name: 'Add and outline' })
    await expect(left).toHaveCount(0)
    await button.tap()
    await expect(left).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(left).toHaveCount(0)
    await expect(button).toBeFocused()

    await page.keyboard.press('Alt+1')
    await designer.select('per-minute')
    await expect(left).toHaveCount(0)
    await expect(designer.inspector.getByRole('textbox', { name: 'Size' })).toBeVisible()

    await button.tap()
    await page.locator('[data-kind="filter"]').click()
    await expect(left).toHaveCount(0)
    await expect(page.locator('[data-node]')).toHaveCount(5)

    // Beside it the canvas is a way out.
    await button.tap()
    await page.mouse.click(700, 300)
    await expect(left).toHaveCount(0)
    // A wide screen has it beside the canvas again, as it was.
    await page.setViewportSize({ width: 1280, height: 720 })
    await expect(left).toBeVisible()
    await expect(button).toHaveCount(0)
    expect(designer.errors).toEqual([])
  })

  test('an operator is dragged out of the drawer', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await page.getByRole('button', { name: 'Add and outline' }).tap()
    await page.locator('[data-kind="sink"]').dragTo(page.locator('[data-frame]'), { targetPosition: { x: 620, y: 110 } })
    await expect(page.locator('[data-node]')).toHaveCount(5)
    await expect(page.locator('[data-region="left"]')).toHaveCount(0)
  })

  test('two taps draw a wire; a tap on the ground lets go; a gate that does not fit says why', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const edges = page.locator('.react-flow__edge')
    await expect(edges).toHaveCount(3)
    const gate = (node: string, side: string) => designer.node(node).locator(`.${side}`).first()
    await gate('trips', 'source').tap()
    await expect(designer.node('board')).toHaveAttribute('data-illegal', '')
    await page.locator('.react-flow__pane').tap({ position: { x: 20, y: 20 } })
    await expect(designer.node('board')).not.toHaveAttribute('data-illegal', '')

    await gate('trips', 'source').tap()
    await gate('board', 'target').tap()
    await expect(edges).toHaveCount(3)
    await expect(page.locator('[data-region="canvas"]')).toContainText(/Board/)

    // Make room, then tie it again: gate to gate, and gate to operator.
    for (const [from, to] of [['trips', 'per-minute'], ['per-minute', 'board']] as const) {
      await page.locator('[data-region="bar"]').getByRole('button', { name: /^Run/ }).focus()
      await page.evaluate(([a, b]) => document.querySelector<SVGElement>(`.react-flow__edge[data-id^="${a}:"][data-id*=">${b}:"]`)?.dispatchEvent(new MouseEvent('click', { bubbles: true })), [from, to])
      await page.locator('[data-region="canvas"] [data-region-focus]').first().focus()
      await page.keyboard.press('Delete')
      await expect(edges).toHaveCount(2)
      await gate(from, 'source').tap()
      await expect(designer.node(to)).toHaveAttribute('data-legal', '')
      if (to === 'board') await gate(to, 'target').tap()
      else await designer.node(to).tap()
      await expect(edges).toHaveCount(3)
    }
    expect(designer.errors).toEqual([])
  })
})
