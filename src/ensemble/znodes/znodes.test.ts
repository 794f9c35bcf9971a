import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { suffix } from '../zab/prepare.ts'
import { allows } from './access.ts'
import { digestIdentity, sha1 } from './digestAuth.ts'
import { apply, emptyTree, statOf, type Tree } from './tree.ts'
import { Acl, eventChildrenChanged, eventCreated, eventDataChanged, eventDeleted, modeEphemeral, nameOf, opCloseSession, opCreate, opCreateSession, opDelete, opSetData, openAcl, parentOf, permRead, permWrite, Txn } from './types.ts'
import { fireChildren, fireData, watchPersistent, watchRecursive, watchStandard, WatchTable } from './watches.ts'

let zxid = 0
function txn(type: number, path: string, changes: Partial<Txn> = {}): Txn {
  return Object.assign(new Txn(), { zxid: ++zxid, serial: zxid, type, path, parent: parentOf(path), name: nameOf(path), time: zxid * 10 }, changes)
}

function treeWith(...txns: readonly Txn[]): Tree {
  const tree = emptyTree()
  for (const each of txns) apply(tree, each)
  return tree
}

describe('znodes', () => {
  it('report cversion as twice the creations less the children', () => {
    const tree = treeWith(txn(opCreate, '/a', { version: 1 }), txn(opCreate, '/a/x', { version: 1 }), txn(opCreate, '/a/y', { version: 2 }), txn(opDelete, '/a/x'))
    const stat = statOf(tree.nodes.get('/a')!)
    expect(stat).toMatchObject({ cversion: 3, numChildren: 1, version: 0 })
    expect(tree.nodes.get('/a')!.cversion).toBe(2)
  })

  it('move pzxid on deletion but not the counter that names sequence nodes', () => {
    const tree = treeWith(txn(opCreate, '/a', { version: 1 }), txn(opCreate, '/a/x', { version: 1 }))
    const before = tree.nodes.get('/a')!.pzxid
    const deletion = txn(opDelete, '/a/x')
    apply(tree, deletion)
    expect(tree.nodes.get('/a')).toMatchObject({ pzxid: deletion.zxid, cversion: 1 })
    expect(deletion.zxid).toBeGreaterThan(before)
  })

  it('go with their session when they are ephemeral', () => {
    const tree = treeWith(txn(opCreateSession, '', { session: 5, version: 4000 }), txn(opCreate, '/e', { session: 5, mode: modeEphemeral, version: 1 }))
    expect(statOf(tree.nodes.get('/e')!).ephemeralOwner).toBe(5)
    apply(tree, txn(opCloseSession, '', { session: 5, paths: ['/e'] }))
    expect([...tree.nodes.keys()]).toEqual(['/'])
    expect(tree.sessions.size).toBe(0)
  })

  it('have the digest of an empty tree again when everything is taken back, and another in between', () => {
    const tree = emptyTree()
    const empty = tree.digest
    apply(tree, txn(opCreateSession, '', { session: 9, version: 4000 }))
    expect(tree.digest).not.toBe(empty)
    apply(tree, txn(opCloseSession, '', { session: 9, paths: [] }))
    expect(tree.digest).toBe(empty)
    apply(tree, txn(opCreate, '/a', { version: 1 }))
    const created = tree.digest
    apply(tree, txn(opSetData, '/a', { data: 'x', version: 1 }))
    expect(tree.digest).not.toBe(created)
  })

  it('bear replaying a log over a tree that has it already', () => {
    const log = [txn(opCreate, '/a', { version: 1 }), txn(opCreate, '/a/x', { version: 1 }), txn(opSetData, '/a/x', { data: '1', version: 1 }), txn(opDelete, '/a/x')]
    const once = treeWith(...log)
    const twice = treeWith(...log.slice(0, 2), ...log)
    expect(twice.digest).toBe(once.digest)
  })

  it('number sequence nodes with ten digits of a signed 32-bit counter', () => {
    expect([suffix(0), suffix(42), suffix(2_147_483_647), suffix(2_147_483_648)]).toEqual(['0000000000', '0000000042', '2147483647', '-2147483648'])
  })
})

describe('access lists', () => {
  it('are about this node, this permission and proven identities', () => {
    const acl = [new Acl(permRead, 'world', 'anyone'), new Acl(permRead | permWrite, 'digest', 'u:h')]
    expect(allows(acl, permRead, [])).toBe(true)
    expect(allows(acl, permWrite, [])).toBe(false)
    expect(allows(acl, permWrite, [{ scheme: 'digest', id: 'u:h' }])).toBe(true)
    expect(allows(openAcl, permWrite, [])).toBe(true)
  })

  it("name a user as ZooKeeper's digest scheme does", () => {
    // The example of ZooKeeper's administrator guide.
    expect(digestIdentity('super', 'admin')).toBe('super:xQJmxLMiHGwaqBvst5y6rkB6HQs=')
  })

  it('rest on SHA-1 as the platform computes it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(sha1([...bytes])).toEqual([...createHash('sha1').update(bytes).digest()])
      }),
    )
  })
})

describe('watches', () => {
  function told(fire: (table: WatchTable, fired: { tell(client: number, type: number, path: string): void }) => void, table: WatchTable): string[] {
    const events: string[] = []
    fire(table, { tell: (client, type, path) => events.push(`${client} ${type} ${path}`) })
    return events
  }

  it('fire once when they are standard, and stay when they are persistent', () => {
    const table = new WatchTable()
    table.add(table.data, '/a', 1, watchStandard)
    table.add(table.data, '/a', 2, watchPersistent)
    const change = (t: WatchTable, fired: { tell(client: number, type: number, path: string): void }): void => fireData(t, eventDataChanged, '/a', '/', false, false, fired)
    expect(told(change, table)).toEqual([`1 ${eventDataChanged} /a`, `2 ${eventDataChanged} /a`])
    expect(told(change, table)).toEqual([`2 ${eventDataChanged} /a`])
  })

  it('tell a deletion once to a client that watches data and children', () => {
    const table = new WatchTable()
    table.add(table.data, '/a', 1, watchStandard)
    table.add(table.child, '/a', 1, watchStandard)
    table.add(table.child, '/a', 2, watchStandard)
    expect(told((t, fired) => fireData(t, eventDeleted, '/a', '/', false, false, fired), table)).toEqual([`1 ${eventDeleted} /a`, `2 ${eventDeleted} /a`])
    expect(table.isEmpty).toBe(true)
  })

  it('hear of the whole subtree when they are recursive, and never of children as such', () => {
    const table = new WatchTable()
    table.add(table.data, '/a', 1, watchRecursive)
    expect(told((t, fired) => fireData(t, eventCreated, '/a/b/c', '/a/b', false, false, fired), table)).toEqual([`1 ${eventCreated} /a/b/c`])
    expect(told((t, fired) => fireChildren(t, '/a', false, fired), table)).toEqual([])
    expect(told((t, fired) => fireData(t, eventCreated, '/ab', '/', false, false, fired), table)).toEqual([])
    expect(eventChildrenChanged).toBe(4)
  })
})
