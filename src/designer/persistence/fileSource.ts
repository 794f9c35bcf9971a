import type { JsonObject } from '../../columnar/json.ts'
import { addOperator } from '../store/designerStore.ts'
import type { FileFormat } from './openFiles.ts'

/** A source that reads a kept file, with the columns its rows show. */
export async function addFileSource(name: string, format: FileFormat, _file: Blob): Promise<void> {
  const config: JsonObject = { connector: { type: 'file', path: name, format } }
  addOperator('source', { config, name: name.replace(/\.[^.]+$/, '') })
}
