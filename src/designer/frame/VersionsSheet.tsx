import { Check, FileText, History, Trash2 } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { deleteDocument, goToVersion, listDocuments, listVersions, nameVersion, openStored, renameVersion } from '../persistence/documents.ts'
import type { DocumentRecord } from '../persistence/journal.ts'
import type { VersionRecord } from '../persistence/database.ts'
import { hearTabs } from '../persistence/tabs.ts'
import { openSheet, useDesigner } from '../store/designerStore.ts'
import { toast } from '../store/toasts.ts'
import { agoText } from '../text/ago.ts'
import { sheets } from '../text/sheets.ts'
import { text } from '../text/text.ts'
import { Button } from './Button.tsx'
import { SheetShell } from './SheetShell.tsx'
import styles from './VersionsSheet.module.css'

/** Named versions of this document, and every document in this browser. */
export function VersionsSheet() {
  const [versions, setVersions] = useState<readonly VersionRecord[]>([])
  const [documents, setDocuments] = useState<readonly DocumentRecord[]>([])
  const current = useDesigner((state) => state.document.id)
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const words = sheets.versions
  const [now] = useState(() => Date.now())
  const read = useCallback(() => {
    void listVersions().then(setVersions, () => undefined)
    void listDocuments().then(setDocuments, () => undefined)
  }, [])
  useEffect(() => {
    read()
    return hearTabs((message) => {
      if (message.kind === 'list') read()
    })
  }, [read])
  return (
    <SheetShell title={words.title} detail={words.detail} size="narrow">
      <section className={styles.part}>
        <div className={styles.head}>
          <h3>{words.versions}</h3>
          <Button size="small" look="outline" disabled={readOnly} onClick={() => void nameVersion('').then(read)}>
            {words.save}
          </Button>
        </div>
        {versions.length === 0 ? <p className={styles.empty}>{words.noVersions}</p> : null}
        <ul>
          {versions.map((version) => (
            <li key={version.number} className={styles.row}>
              <History aria-hidden="true" />
              <span className={styles.number}>{words.number(version.number)}</span>
              <VersionName version={version} onChange={read} />
              <span className={styles.when}>{agoText(now - version.at)}</span>
              <Button
                size="small"
                disabled={readOnly}
                onClick={() => {
                  goToVersion(version)
                  openSheet(null)
                }}
              >
                {words.goBack}
              </Button>
            </li>
          ))}
        </ul>
      </section>
      <section className={styles.part}>
        <div className={styles.head}>
          <h3>{words.documents}</h3>
        </div>
        {documents.length === 0 ? <p className={styles.empty}>{words.noDocuments}</p> : null}
        <ul>
          {documents.map((document) => (
            <li key={document.id} className={styles.row} data-current={document.id === current ? '' : undefined}>
              <FileText aria-hidden="true" />
              <button
                type="button"
                className={styles.open}
                onClick={() => {
                  openSheet(null)
                  if (document.id !== current) void openStored(document.id)
                }}
              >
                <b>{document.name}</b>
                <span>{text.frame.operators(document.operatorCount)}</span>
              </button>
              <span className={styles.when}>{document.id === current ? <Check aria-label={words.openNow} /> : agoText(now - document.changedAt)}</span>
              <Button size="small" iconOnly aria-label={words.deleteDocument(document.name)} onClick={() => void confirmDelete(document, read)}>
                <Trash2 />
              </Button>
            </li>
          ))}
        </ul>
      </section>
    </SheetShell>
  )
}

/** Deleting a document cannot be undone, so it takes two presses. */
async function confirmDelete(document: DocumentRecord, done: () => void): Promise<void> {
  toast({
    tone: 'warning',
    message: sheets.versions.deleteQuestion(document.name),
    action: { label: sheets.versions.delete, run: () => void deleteDocument(document.id).then(done, () => undefined) },
  })
}

function VersionName({ version, onChange }: { readonly version: VersionRecord; readonly onChange: () => void }) {
  const [name, setName] = useState(version.name)
  return (
    <input
      className={styles.name}
      value={name}
      maxLength={200}
      placeholder={sheets.versions.unnamed}
      aria-label={sheets.versions.nameOf(version.number)}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={() => {
        if (name !== version.name) void renameVersion(version, name).then(onChange, () => undefined)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
      }}
    />
  )
}
