// The official tus server on loopback, for tests/support/tus_server.py: node server.mjs FOLDER PORT MOST_BYTES [TOKEN]
//
// Uploads go into FOLDER. A body of more than MOST_BYTES is refused with 413; with TOKEN, requests without it get 401.
// Its port stands on standard output; each request that begins becomes a line in FOLDER.log. It ends with its input.
import fs from 'node:fs'
import http from 'node:http'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const [directory, port, mostBytes, token] = process.argv.slice(2)
const tus = new Server({ path: '/files', datastore: new FileStore({ directory }) })

function refusal({ headers }) {
  if (token && headers.authorization !== `Bearer ${token}`) return 401
  return Number(headers['content-length'] ?? 0) > Number(mostBytes) ? 413 : null
}

const server = http.createServer((request, response) => {
  const { method, headers } = request
  fs.appendFileSync(`${directory}.log`, `${method} ${headers['upload-offset'] ?? '-'}\n`)
  const status = refusal(request)
  if (status === null) {
    tus.handle(request, response)
    return
  }
  response.writeHead(status, { 'Tus-Resumable': '1.0.0', Connection: 'close' }).end()
})
server.listen(Number(port), '127.0.0.1', () => console.log(server.address().port))
process.stdin.on('end', () => process.exit(0)).resume()
