// The panels around the canvas, in one piece: the first screen shows them all, and together they fetch less than each for itself.
export { default as Dock } from './data/Dock.tsx'
export { default as Sidebar } from './frame/Sidebar.tsx'
export { default as JobInspector } from './inspector/JobInspector.tsx'
export { default as Transport } from './run/Transport.tsx'
