import { notExportable, type SqlEmitter } from '../sqlEmitter.ts'

export const emitter: SqlEmitter = {
  emit: () =>
    notExportable(
      'Flink SQL has no JavaScript: a function of your own is a Java or Python class there, registered on the cluster.',
      'Where the code only computes columns or leaves rows out, a Project and a Filter say the same; what keeps state for each key is a Deduplicate, an Over aggregate or a Match pattern, or a ProcessTableFunction in Java.',
    ),
}
