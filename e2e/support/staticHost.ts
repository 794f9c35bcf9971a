import { createServer, type Server } from 'node:http'
import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import type { AddressInfo } from 'node:net'

/**
 * A static host as plain as they come: files below a sub-path, no special headers, nothing rewritten. What works here works on any host of static pages.
 */
export interface StaticHost {
  readonly url: string
  close(): Promise<void>
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
}

export async function staticHost(folder: string, prefix = '/some/where/'): Promise<StaticHost> {
  const server: Server = createServer((request, response) => {
    void (async () => {
      const path = new URL(request.url ?? '/', 'http://host').pathname
      const inside = path.startsWith(prefix) ? normalize(path.slice(prefix.length)).replace(/^(\.\.[/\\])+/, '') : null
      if (inside === null) return response.writeHead(404).end()
      let file = join(folder, inside === '.' || inside === '' ? 'index.html' : inside)
      try {
        if ((await stat(file)).isDirectory()) file = join(file, 'index.html')
        response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' }).end(await readFile(file))
      } catch {
        response.writeHead(404).end()
      }
      return undefined
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
