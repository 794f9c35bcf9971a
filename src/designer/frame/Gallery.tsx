import { openSample } from '../persistence/openJob.ts'
import { useNexmark } from '../persistence/nexmarkSamples.ts'
import { useSamples, type Sample } from '../persistence/samples.ts'
import { sheets } from '../text/sheets.ts'
import { SampleCard } from './SampleCard.tsx'
import { SheetShell } from './SheetShell.tsx'
import styles from './Gallery.module.css'

/** Every sample, and the queries of the benchmark below them. Opening one opens a new document; the present one is stored. */
export function Gallery() {
  const samples = useSamples()
  const queries = useNexmark()
  return (
    <SheetShell title={sheets.gallery.title} detail={sheets.gallery.detail} size="wide">
      <Cards samples={samples} />
      <h3 className={styles.heading}>{sheets.gallery.nexmark}</h3>
      <p className={styles.detail}>{sheets.gallery.nexmarkDetail}</p>
      <Cards samples={queries} />
    </SheetShell>
  )
}

function Cards({ samples }: { readonly samples: readonly Sample[] }) {
  return (
    <div className={styles.grid}>
      {samples.map((sample) => (
        <SampleCard key={sample.id} sample={sample} onOpen={() => void openSample(sample.id)} />
      ))}
    </div>
  )
}
