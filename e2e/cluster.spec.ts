import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Locator, type Page } from '@playwright/test'
import { Designer } from './support/designer.ts'

/** The Cluster view: an ensemble on the page, watched, broken and gone back in. */
class Cluster {
  readonly page: Page
  readonly serving: Locator
  readonly place: Locator

  constructor(page: Page) {
    this.page = page
    this.serving = page.locator('[data-serving]').first()
    this.place = page.getByRole('slider', { name: /The whole run/ })
  }

  async open(): Promise<void> {
    await this.page.goto('/#/cluster')
    await expect(this.page.locator('[data-space-time]')).toBeVisible()
  }

  async play(speed: string): Promise<void> {
    await this.page.getByLabel('Speed of the run against the clock').selectOption(speed)
    await this.page.getByRole('button', { name: 'Play the run' }).click()
  }

  async pause(): Promise<void> {
    await this.page.getByRole('button', { name: 'Pause the run' }).click()
  }

  async target(name: string): Promise<void> {
    await this.page.getByLabel('Target', { exact: true }).selectOption({ label: name })
  }

  /** Who leads which epoch, as the foot of the page says. */
  async leads(): Promise<{ readonly leader: number; readonly epoch: number }> {
    await expect(this.serving).toHaveText(/Server \d+ leads epoch \d+/)
    const [, leader, epoch] = /Server (\d+) leads epoch (\d+) ·/.exec((await this.serving.textContent())!)!
    return { leader: Number(leader), epoch: Number(epoch) }
  }

  tab(name: string): Locator {
    return this.page.getByRole('tablist', { name: 'Below the diagram' }).getByRole('tab', { name })
  }
}

test('the dock shows an ensemble electing a leader, message by message', async ({ page }) => {
  const designer = new Designer(page)
  await designer.open()
  await designer.dock.getByRole('tab', { name: 'Cluster' }).click()
  await expect(designer.dock.getByRole('slider', { name: /Space-time diagram from 0.000/ })).toBeVisible()
  await expect(designer.dock.locator('[data-serving]')).toHaveText(/Server 2 leads epoch 1/)
  await designer.dock.getByRole('link', { name: 'Open as a page' }).click()
  await expect(page.getByRole('heading', { name: 'Why 2 won' })).toBeVisible()
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Design' }).click()
  await expect(page.locator('.react-flow')).toBeVisible()
  expect(designer.errors).toEqual([])
})

test('the leader is killed, another is elected with a higher epoch, and going back shows the first again', async ({ page }) => {
  const designer = new Designer(page)
  const cluster = new Cluster(page)
  await cluster.open()
  const first = await cluster.leads()
  await cluster.target(`server ${first.leader}`)
  await page.getByRole('button', { name: `Kill: server ${first.leader}` }).click()
  await expect(cluster.serving).toHaveText(/Leader gone: nothing completes/)
  const killedAt = await cluster.place.getAttribute('aria-valuenow')
  await cluster.play('1')
  await expect(cluster.serving).toHaveText(new RegExp(`Server \\d+ leads epoch ${first.epoch + 1} ·`))
  await cluster.pause()
  const second = await cluster.leads()
  expect(second.leader).not.toBe(first.leader)
  await cluster.tab('What happened').click()
  const log = page.getByRole('list', { name: 'What happened up to this moment' })
  await expect(log.getByText(`leads epoch ${second.epoch}: a quorum has its history`)).toBeVisible()
  await expect(log.getByText('crashes', { exact: true })).toBeVisible()
  // Back before the kill, then forward again: the same history.
  const after = await page.getByText(/^event [\d,]+ of [\d,]+$/).textContent()
  await cluster.place.focus()
  await page.keyboard.press('Home')
  await expect(cluster.serving).toHaveText(/No leader yet/)
  await page.keyboard.press('End')
  expect(await cluster.leads()).toEqual(second)
  await expect(page.getByText(/^event [\d,]+ of [\d,]+$/)).toHaveText(after!)
  await page.getByRole('button', { name: 'Previous election' }).click()
  expect(Number(await cluster.place.getAttribute('aria-valuenow'))).toBeGreaterThanOrEqual(Number(killedAt))
  // The server that was killed comes back and follows.
  await page.keyboard.press('End')
  await page.getByRole('button', { name: 'To the newest moment' }).click()
  await page.getByRole('button', { name: `Restart: server ${first.leader}` }).click()
  await cluster.play('2')
  await expect(page.getByRole('row', { name: new RegExp(`server ${first.leader}.*follows`) })).toBeVisible()
  expect(designer.errors).toEqual([])
})

test('without a quorum nothing completes, and the page says so until the cuts heal', async ({ page }) => {
  const cluster = new Cluster(page)
  await cluster.open()
  await cluster.leads()
  for (const name of ['server 0', 'server 1']) {
    await cluster.target(name)
    await page.getByRole('button', { name: `Isolate: ${name}` }).click()
  }
  await expect(cluster.serving).toHaveText(/No quorum: nothing completes.*1 of 3, quorum 2/)
  await cluster.play('10')
  await page.waitForFunction(() => Number(document.querySelector('[role="slider"][aria-valuenow]')?.getAttribute('aria-valuenow')) > 15_000)
  await expect(cluster.serving).toHaveText(/No quorum/)
  await page.getByRole('button', { name: 'Heal cuts' }).click()
  await expect(cluster.serving).toHaveText(/leads epoch/, { timeout: 20_000 })
})

test('a bug card turns its invariant red, and the same seed fixed holds', async ({ page }) => {
  const cluster = new Cluster(page)
  await cluster.open()
  await cluster.tab('Scenarios').click()
  await page.getByRole('button', { name: /ZOOKEEPER-3911/ }).click()
  await page.getByRole('button', { name: 'Find a run that breaks' }).click()
  const violation = page.getByRole('group', { name: 'ZAB-12 is broken' })
  await expect(violation).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('button', { name: 'ZAB-12 is broken' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Play the run' })).toBeDisabled()
  await page.getByRole('button', { name: 'Previous event' }).click()
  await violation.getByRole('button', { name: 'Go to the first bad event' }).click()
  await page.getByRole('switch', { name: 'With the mistake' }).click()
  await expect(page.getByRole('tabpanel').getByText('Past the place where ZAB-12 broke, everything holds.')).toBeVisible()
  await expect(page.getByRole('button', { name: /invariants hold/ })).toBeVisible()
  // The least that has to happen shows it at once.
  await page.getByRole('button', { name: 'Play the least that breaks it' }).click()
  await expect(violation).toBeVisible()
})

test('a message is chosen, told in words, and its receiver killed on arrival', async ({ page }) => {
  const cluster = new Cluster(page)
  await cluster.open()
  const diagram = page.locator('[data-space-time]')
  const { x, y, width, height } = (await diagram.boundingBox())!
  const strip = page.getByRole('region', { name: 'What is chosen' })
  // Proposals run between the lanes of the servers: somewhere along a line across them one is hit.
  for (let share = 0.5; share < 0.9 && !(await strip.getByText(/^PROPOSAL/).isVisible()); share += 0.006) await page.mouse.click(x + width * share, y + height * 0.76)
  await expect(strip.getByText(/^PROPOSAL 1\.\d+/)).toBeVisible()
  await expect(strip).toContainText('A follower appends it, syncs its disk, and only then acknowledges.')
  await strip.getByRole('button', { name: /Kill server \d on arrival/ }).click()
  await expect(page.getByRole('row', { name: /server \d.*down/ })).toBeVisible()
})

test('everything can be done with the keyboard', async ({ page }) => {
  const cluster = new Cluster(page)
  await cluster.open()
  await cluster.leads()
  await page.keyboard.press('2')
  await page.keyboard.press('k')
  await expect(page.getByRole('row', { name: /server 2.*down/ })).toBeVisible()
  await page.keyboard.press('k')
  await expect(page.getByRole('row', { name: /server 2.*down/ })).toHaveCount(0)
  await page.locator('[data-space-time]').focus()
  const place = (): Promise<string | null> => cluster.place.getAttribute('aria-valuenow')
  const before = await place()
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight')
  expect(Number(await place())).toBeGreaterThan(Number(before))
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowLeft')
  expect(Number(await place())).toBeLessThan(Number(before))
  await page.keyboard.press('F6')
  await page.keyboard.press('F6')
  expect(await page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('data-region'))).not.toBe('space-time')
})

for (const scheme of ['light', 'dark'] as const) {
  test.describe(`the cluster page, ${scheme}`, () => {
    test.use({ colorScheme: scheme })
    test('passes the accessibility scan in every state', async ({ page }) => {
      // Ten scans of a whole page.
      test.setTimeout(240_000)
      const cluster = new Cluster(page)
      await cluster.open()
      const scan = async (state: string): Promise<void> => {
        const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
        const found = violations.map((violation) => `${violation.id}: ${violation.help} (${violation.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')})`)
        expect.soft(found, state).toEqual([])
      }
      await scan('serving')
      for (const name of ['What happened', 'Scenarios', 'Invariants', 'Compare', 'Myths', 'Logs side by side']) {
        await cluster.tab(name).click()
        await scan(name)
      }
      await page.getByRole('button', { name: '/lock' }).first().click()
      await page.getByRole('button', { name: 'Kill: server 0' }).click()
      await cluster.target('server 1')
      await page.getByRole('button', { name: 'Isolate: server 1' }).click()
      await scan('broken')
      await page.getByLabel('Beside the ensemble').selectOption('job')
      await cluster.play('10')
      await expect(page.getByRole('region', { name: 'JobManagers', exact: true }).getByText('leads, runs the job')).toBeVisible()
      await cluster.pause()
      await scan('a job')
      await page.getByLabel('Beside the ensemble').selectOption('topics')
      await cluster.play('10')
      await expect(page.getByRole('region', { name: 'Topics', exact: true }).getByText('in sync 0 1 2').first()).toBeVisible()
      await cluster.pause()
      await scan('topics')
    })
  })
}
