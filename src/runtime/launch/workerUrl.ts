/**
 * The one door through which scripts are named: the page demands Trusted Types, so a worker starts only from a URL that this policy has let through, and it
 * lets through what lies beside the page. Texts of documents never come near it.
 */
interface ScriptUrlPolicy {
  createScriptURL(url: string): unknown
}

interface TrustedTypes {
  createPolicy(name: string, rules: { readonly createScriptURL: (url: string) => string }): ScriptUrlPolicy
}

const policy = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('millrace', { createScriptURL: besideThePage })

function besideThePage(url: string): string {
  const home = new URL('.', typeof document === 'undefined' ? location.href : document.baseURI)
  const { href } = new URL(url, home)
  if (!href.startsWith(home.href)) throw new TypeError(`No script is started from ${href}: it does not lie under ${home.href}.`)
  return href
}

/** A URL as `Worker` and `serviceWorker.register` take it. */
export function workerUrl(url: string | URL): URL {
  return (policy === undefined ? url : policy.createScriptURL(String(url))) as URL
}
