import type { Sheet } from '../store/designerStore.ts'
import { CommandPalette } from './CommandPalette.tsx'
import { ExportSheet } from './ExportSheet.tsx'
import { Gallery } from './Gallery.tsx'
import { OpenReportSheet } from './OpenReportSheet.tsx'
import { ShortcutSheet } from './ShortcutSheet.tsx'
import { VersionsSheet } from './VersionsSheet.tsx'

/** What opens over the page. One at a time, closed by Escape, none of them needed to work. */
export default function Sheets({ sheet }: { readonly sheet: Sheet }) {
  switch (sheet) {
    case 'palette':
      return <CommandPalette />
    case 'export':
      return <ExportSheet />
    case 'gallery':
      return <Gallery />
    case 'shortcuts':
      return <ShortcutSheet />
    case 'versions':
      return <VersionsSheet />
    case 'open':
      return <OpenReportSheet />
  }
}
