/** Made by the build from the catalog: see vite.config.ts. */
declare module 'virtual:operator-faces' {
  const faces: readonly import('./definitions.ts').OperatorFace[]
  export default faces
}
