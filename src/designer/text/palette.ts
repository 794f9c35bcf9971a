/** Strings of palette. Their owner adds here. */
export const palette = {}
