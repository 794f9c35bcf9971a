import { openAcl, type Acl, type Identity } from './types.ts'

/** May somebody with these identities do what needs one of these permissions? Schemes world, auth (resolved when it was set) and digest (reference 1.10). */
export function allows(acl: readonly Acl[], permission: number, identities: readonly Identity[]): boolean {
  if (acl === openAcl) return true
  for (const entry of acl) {
    if ((entry.permissions & permission) === 0) continue
    if (entry.scheme === 'world' && entry.id === 'anyone') return true
    for (const identity of identities) if (identity.scheme === entry.scheme && identity.id === entry.id) return true
  }
  return false
}
