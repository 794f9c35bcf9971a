import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeFiles } from './nodeFiles.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'))
  path = join(folder, 'rows.csv')
  writeFileSync(path, 'a,b\n1,2\n')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('a file that a job reads', () => {
  it('is read in pieces', async () => {
    const file = await nodeFiles.open(path)
    expect(file.size).toBe(8)
    expect(new TextDecoder().decode(await file.read(2, 5))).toBe('b\n1')
  })

  it('that is not there, is a folder or has a file for a folder is refused in words', async () => {
    await expect(nodeFiles.open(join(folder, 'none.csv'))).rejects.toThrow(`${join(folder, 'none.csv')} cannot be read: there is no such file. Check the path.`)
    await expect(nodeFiles.open(folder)).rejects.toThrow('it is a folder')
    if (existsSync('/dev/null')) await expect(nodeFiles.open('/dev/null')).rejects.toThrow('it is a pipe or a device')
    await expect(nodeFiles.open(join(path, 'x.csv'))).rejects.toThrow('a part of the path is a file, not a folder')
  })

  it('that changes or disappears meanwhile ends the reading in words', async () => {
    const changing = await nodeFiles.open(path)
    const going = await nodeFiles.open(path)
    writeFileSync(path, 'a,b\n1,2\n3,4\n')
    await expect(changing.read(0, 4)).rejects.toThrow(`${path} changed while it was read. Run the job again.`)
    rmSync(path)
    await expect(going.read(0, 4)).rejects.toThrow(`${path} disappeared while it was read. Put it back and run the job again.`)
  })
})
