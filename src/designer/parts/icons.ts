import {
  Activity,
  AppWindow,
  Archive,
  BookSearch,
  CalendarClock,
  CalendarRange,
  CircleDashed,
  Columns3,
  Combine,
  CopyCheck,
  CopyMinus,
  Database,
  FileText,
  Filter,
  GitMerge,
  Group,
  History,
  LogIn,
  Medal,
  Merge,
  RadioTower,
  Shapes,
  Sigma,
  Table2,
  Timer,
  Trophy,
  type LucideIcon,
} from 'lucide-react'
import type { Family } from '../../job/operatorDefinition.ts'

/** Definitions name their icon as lucide does; this is the set that ships. A name that is not here shows its family's icon. */
const icons: Readonly<Record<string, LucideIcon>> = {
  medal: Medal,
  history: History,
  group: Group,
  'copy-minus': CopyMinus,
  'copy-check': CopyCheck,
  'calendar-range': CalendarRange,
  'book-search': BookSearch,
  activity: Activity,
  'app-window': AppWindow,
  archive: Archive,
  'calendar-clock': CalendarClock,
  'columns-3': Columns3,
  combine: Combine,
  database: Database,
  'file-text': FileText,
  filter: Filter,
  funnel: Filter,
  'git-merge': GitMerge,
  'log-in': LogIn,
  merge: Merge,
  'radio-tower': RadioTower,
  shapes: Shapes,
  sigma: Sigma,
  'table-2': Table2,
  timer: Timer,
  trophy: Trophy,
}

export const familyIcons: Readonly<Record<Family, LucideIcon>> = {
  source: RadioTower,
  shape: Shapes,
  time: Timer,
  join: GitMerge,
  state: Database,
  sink: LogIn,
}

export function iconOf(name: string, family: Family): LucideIcon {
  return Object.hasOwn(icons, name) ? icons[name]! : (familyIcons[family] ?? CircleDashed)
}
