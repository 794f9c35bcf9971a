import { Copy, Download, LockKeyhole } from 'lucide-react'
import { designerState, openSheet, setPanel, showDockTab } from '../store/designerStore.ts'
import { exporting } from '../text/exporting.ts'
import { Button } from '../frame/Button.tsx'
import { printKeys } from '../frame/keys.ts'
import { Certificate, NoScript } from './Certificate.tsx'
import { chooseFlinkVersion, copyScript, downloadScript, flinkVersions, scriptName, selectOperator, useFlinkExport, useFlinkVersion, useSelectedOperator, type FlinkVersion } from './flinkScript.ts'
import { SqlText } from './SqlText.tsx'
import styles from './exporting.module.css'

/** High enough for a statement of usual length. */
const besidePx = 340

/** Certificate and script side by side: the body of the export sheet's Flink SQL. */
export function FlinkSqlPane() {
  const script = useFlinkExport()
  const selected = useSelectedOperator()
  return (
    <div className={styles.split}>
      <aside className={styles.side}>
        <Certificate script={script} selected={selected} onSelect={selectOperator} />
      </aside>
      <div className={styles.file}>
        <div className={styles.head}>
          <b>{scriptName()}</b>
          <span className={styles.quiet}>{sizeOf(script.text)}</span>
          <span className={styles.spacer} />
          <VersionChoice />
        </div>
        {script.text === null ? <NoScript script={script} /> : <SqlText script={script} selected={selected} label={exporting.script} onSelect={selectOperator} />}
      </div>
    </div>
  )
}

/** The buttons of the sheet's foot. */
export function FlinkSqlFoot() {
  const script = useFlinkExport()
  const { text: sql } = script
  return (
    <>
      <LockKeyhole className={styles.lock} aria-hidden="true" />
      <span className={styles.secrets}>{exporting.secrets}</span>
      <Button
        look="outline"
        onClick={() => {
          openSheet(null)
          setPanel('dock', { open: true, size: Math.max(designerState().panels.dock.size, besidePx) })
          showDockTab('sql')
        }}
      >
        {exporting.beside}
      </Button>
      <Button look="outline" disabled={sql === null} onClick={() => sql !== null && void copyScript(sql)}>
        <Copy />
        {exporting.copy}
      </Button>
      <Button look="primary" disabled={sql === null} keys={printKeys('Mod+E')} onClick={() => sql !== null && downloadScript(sql)}>
        <Download />
        {exporting.download(scriptName())}
      </Button>
    </>
  )
}

/** The same below the canvas, where job and script are seen together: a tab of the dock. */
export function FlinkSqlTab() {
  const script = useFlinkExport()
  const selected = useSelectedOperator()
  const { text: sql } = script
  return (
    <div className={styles.split} data-dock="">
      <aside className={styles.side}>
        <Certificate script={script} selected={selected} onSelect={selectOperator} />
      </aside>
      <div className={styles.file}>
        <div className={styles.head}>
          <b>{scriptName()}</b>
          <span className={styles.quiet}>{sizeOf(sql)}</span>
          <span className={styles.spacer} />
          <VersionChoice />
          <Button size="small" disabled={sql === null} onClick={() => sql !== null && void copyScript(sql)}>
            <Copy />
            {exporting.copy}
          </Button>
          <Button size="small" disabled={sql === null} onClick={() => sql !== null && downloadScript(sql)}>
            <Download />
            {exporting.downloadShort}
          </Button>
        </div>
        {sql === null ? <NoScript script={script} /> : <SqlText script={script} selected={selected} label={exporting.script} onSelect={selectOperator} />}
      </div>
    </div>
  )
}

function VersionChoice() {
  const version = useFlinkVersion()
  return (
    <select className={styles.version} aria-label={exporting.version} title={exporting.version} value={version} onChange={(event) => chooseFlinkVersion(event.target.value as FlinkVersion)}>
      {flinkVersions.toReversed().map((each) => (
        <option key={each} value={each}>
          {exporting.versionName(each)}
        </option>
      ))}
    </select>
  )
}

function sizeOf(script: string | null): string {
  return script === null ? '' : exporting.size(script.split('\n').length - 1, script.length)
}
