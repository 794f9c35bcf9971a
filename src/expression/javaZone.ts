import { fixedOffset, instantOf, isTimeZone, offsetAt } from '../columnar/timeZone.ts'
import { msPerDay } from '../columnar/valueText.ts'

/**
 * Time zones as java.util has them, for the functions that go through SimpleDateFormat: `GMT+8` and three-letter names besides IANA's, GMT for
 * a name nobody knows, and a repeated hour read as its second, standard-time turn (java.time takes the first).
 */
export interface JavaZone {
  readonly offsetAt: (instant: number) => number
  readonly instantOf: (wallMs: number) => number
}

/** java.time.ZoneId.SHORT_IDS. */
const shortNames: Readonly<Record<string, string>> = {
  ACT: 'Australia/Darwin', AET: 'Australia/Sydney', AGT: 'America/Argentina/Buenos_Aires', ART: 'Africa/Cairo', AST: 'America/Anchorage', BET: 'America/Sao_Paulo', BST: 'Asia/Dhaka',
  CAT: 'Africa/Harare', CNT: 'America/St_Johns', CST: 'America/Chicago', CTT: 'Asia/Shanghai', EAT: 'Africa/Addis_Ababa', ECT: 'Europe/Paris', IET: 'America/Indiana/Indianapolis',
  IST: 'Asia/Kolkata', JST: 'Asia/Tokyo', MIT: 'Pacific/Apia', NET: 'Asia/Yerevan', NST: 'Pacific/Auckland', PLT: 'Asia/Karachi', PNT: 'America/Phoenix', PRT: 'America/Puerto_Rico',
  PST: 'America/Los_Angeles', SST: 'Pacific/Guadalcanal', VST: 'Asia/Ho_Chi_Minh',
}
const shortOffsets: Readonly<Record<string, number>> = { EST: -5, MST: -7, HST: -10 }

const known = new Map<string, JavaZone>()

export function javaZone(name: string): JavaZone {
  let zone = known.get(name)
  if (zone === undefined) {
    zone = made(name)
    if (known.size > 1000) known.clear()
    known.set(name, zone)
  }
  return zone
}

function made(name: string): JavaZone {
  if (shortOffsets[name] !== undefined) return fixed(shortOffsets[name] * 3_600_000)
  const custom = fixedOffset(name)
  if (custom !== null) return fixed(custom)
  const zone = shortNames[name] ?? name
  if (!isTimeZone(zone)) return fixed(0)
  return { offsetAt: (instant) => offsetAt(instant, zone), instantOf: (wallMs) => standardInstantOf(wallMs, zone) }
}

function fixed(offsetMs: number): JavaZone {
  return { offsetAt: () => offsetMs, instantOf: (wallMs) => wallMs - offsetMs }
}

function standardInstantOf(wallMs: number, timeZone: string): number {
  const first = instantOf(wallMs, timeZone)
  const second = wallMs - offsetAt(wallMs + msPerDay, timeZone)
  return second > first && second + offsetAt(second, timeZone) === wallMs ? second : first
}
