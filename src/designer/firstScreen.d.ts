/** Made by the build: see `firstScreenData` in vite.config.ts. */
declare module 'virtual:operator-faces' {
  const faces: readonly import('./store/definitions.ts').OperatorFace[]
  export default faces
}

declare module 'virtual:landing-job' {
  const job: import('../job/job.ts').Job
  export default job
}
