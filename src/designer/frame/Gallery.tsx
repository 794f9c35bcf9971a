import { openSample } from '../persistence/openJob.ts'
import { useSamples } from '../persistence/samples.ts'
import { text } from '../text/text.ts'
import { SampleCard } from './SampleCard.tsx'
import { SheetShell } from './SheetShell.tsx'
import styles from './Gallery.module.css'

/** Every sample. Opening one opens a new document; the present one is stored. */
export function Gallery() {
  const samples = useSamples()
  return (
    <SheetShell title={text.frame.gallery.title} detail={text.frame.gallery.detail} size="wide">
      <div className={styles.grid}>
        {samples.map((sample) => (
          <SampleCard key={sample.id} sample={sample} onOpen={() => void openSample(sample.id)} />
        ))}
      </div>
    </SheetShell>
  )
}
