import { settingsDefaults, type CheckpointSettings, type CoordinationSettings, type MiniBatchSettings, type RestartSettings, type Settings } from './job.ts'

/** Settings with nothing left open. */
export interface CompleteSettings {
  readonly parallelism: number
  readonly maxParallelism: number
  readonly checkpoint: Required<CheckpointSettings>
  readonly restart: Required<RestartSettings>
  readonly stateTtlMs: number
  readonly miniBatch: Required<MiniBatchSettings>
  readonly timeZone: string
  readonly coordination: Required<CoordinationSettings>
}

/** A job's settings over the defaults of the format. Defaults are never written into a document. */
export function mergeSettings(settings: Settings | undefined): CompleteSettings {
  return {
    ...settingsDefaults,
    ...settings,
    checkpoint: { ...settingsDefaults.checkpoint, ...settings?.checkpoint },
    restart: { ...settingsDefaults.restart, ...settings?.restart },
    miniBatch: { ...settingsDefaults.miniBatch, ...settings?.miniBatch },
    coordination: { ...settingsDefaults.coordination, ...settings?.coordination },
  }
}
