import { expect, type Locator, type Page } from '@playwright/test'

/** The page as a user finds their way in it: by the names of things. */
export class Designer {
  readonly page: Page
  readonly errors: string[] = []

  constructor(page: Page) {
    this.page = page
    // While nobody listens the browser asks the user, and without a screen that is a refusal. Playwright begins to listen a moment after it is told to: the first
    // Ctrl+O after a load came before that, every tenth time.
    page.on('filechooser', () => undefined)
    page.on('pageerror', (error) => this.errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text())
    })
  }

  async open(path = '/'): Promise<void> {
    await this.page.goto(path)
    await expect(this.page.getByRole('textbox', { name: 'Name of the job' })).toBeVisible()
    await expect(this.page.locator('.react-flow')).toBeVisible()
  }

  /** Opens an example by its file name, as the gallery does. */
  async openSample(title: string): Promise<void> {
    await this.command('All samples')
    await this.page.getByRole('dialog').getByRole('button', { name: new RegExp(title) }).first().click()
    await expect(this.page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue(title)
  }

  /** Runs a command by name through the palette. */
  async command(name: string): Promise<void> {
    await this.page.keyboard.press('Control+k')
    const box = this.page.getByRole('dialog').getByRole('combobox')
    await box.fill(name)
    await this.page.getByRole('dialog').getByRole('option', { name }).first().click()
    await expect(box).toHaveCount(0)
  }

  async closeSheet(): Promise<void> {
    await this.page.keyboard.press('Escape')
    await expect(this.page.getByRole('dialog')).toHaveCount(0)
  }

  async blank(): Promise<void> {
    await this.command('New document')
    await expect(this.page.getByText('What flows in')).toBeVisible()
  }

  node(id: string): Locator {
    return this.page.locator(`[data-node="${id}"]`)
  }

  /** Draws a wire from gate to gate. */
  async wire(from: string, to: string, port?: string): Promise<void> {
    await this.viewRests()
    const start = (await this.node(from).locator('.source[data-handleid="out"]').boundingBox())!
    const end = (await this.node(to).locator(port === undefined ? '.target' : `.target[data-handleid="${port}"]`).first().boundingBox())!
    const { mouse } = this.page
    await mouse.move(start.x + start.width / 2, start.y + start.height / 2)
    await mouse.down()
    await mouse.move((start.x + end.x) / 2, end.y + 20, { steps: 6 })
    await mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 6 })
    await mouse.up()
  }

  /** A document that has just been opened is fitted into the view, and again when panels have taken their room: hands wait until it stands. */
  async viewRests(): Promise<void> {
    await this.page.locator('.react-flow__viewport').evaluate(
      (viewport) =>
        new Promise<void>((resolve) => {
          let seen = ''
          let frames = 0
          const look = (): void => {
            const now = JSON.stringify(viewport.getBoundingClientRect())
            frames = now === seen ? frames + 1 : 0
            seen = now
            if (frames >= 12) resolve()
            else requestAnimationFrame(look)
          }
          look()
        }),
    )
  }

  async select(id: string): Promise<void> {
    await this.page.locator(`[role="treeitem"][data-item="${id}"]`).click()
  }

  get inspector(): Locator {
    return this.page.locator('[data-region="inspector"]')
  }

  get dock(): Locator {
    return this.page.locator('[data-region="dock"]')
  }

  get status(): Locator {
    return this.page.locator('[data-region="timeline"]')
  }

  async setSpeed(value: string): Promise<void> {
    await this.page.getByRole('combobox', { name: /Speed/ }).selectOption(value)
  }

  async run(): Promise<void> {
    await this.page.locator('[data-region="bar"]').getByRole('button', { name: /^Run/ }).click()
  }

  async runToEnd(): Promise<void> {
    await this.setSpeed('max')
    await this.run()
    await expect(this.status).toContainText(/Finished in/, { timeout: 30_000 })
  }

  /** The cells of the first table of the dock, row by row as they are on the screen. */
  async visibleRows(): Promise<string[][]> {
    return this.dock
      .getByRole('grid')
      .first()
      .evaluate((grid) => [...grid.querySelectorAll('[role="row"]')].slice(1).map((row) => [...row.querySelectorAll('[role="gridcell"]')].map((cell) => cell.textContent ?? '')))
  }

  /** What the sink holds, as it is downloaded: one JSON object a line. */
  async sinkLines(id: string): Promise<string[]> {
    await this.select(id)
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.dock.getByRole('button', { name: 'Download as JSON lines' }).click()])
    const stream = await download.createReadStream()
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    return text.split('\n').filter((line) => line !== '')
  }
}
