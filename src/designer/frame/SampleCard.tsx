import type { Job } from '../../job/job.ts'
import type { Sample } from '../persistence/samples.ts'
import { faceOf } from '../store/definitions.ts'
import { text } from '../text/text.ts'
import { JobPicture } from './JobPicture.tsx'
import styles from './SampleCard.module.css'

export function SampleCard({ sample, onOpen }: { readonly sample: Sample; readonly onOpen: () => void }) {
  const { job, lesson } = sample
  return (
    <button type="button" className={styles.card} onClick={onOpen}>
      <JobPicture job={job} />
      <span className={styles.body}>
        <b>{job.name}</b>
        <span className={styles.lesson}>{lesson}</span>
        <span className={styles.foot}>
          <span>{kinds(job)}</span>
          <span>{text.frame.operators(job.operators.length)}</span>
        </span>
      </span>
    </button>
  )
}

/** The two operators most worth naming: neither a source nor a sink, the rarest families first. */
function kinds(job: Job): string {
  const rank = ['join', 'time', 'state', 'shape']
  const titles = job.operators
    .map((operator) => faceOf(operator.kind))
    .filter((definition) => definition !== undefined && rank.includes(definition.family))
    .sort((a, b) => rank.indexOf(a!.family) - rank.indexOf(b!.family))
    .map((definition) => definition!.title)
  const [first, second] = [...new Set(titles)]
  return first === undefined ? '' : second === undefined ? first : `${first}, ${second[0]!.toLowerCase()}${second.slice(1)}`
}
