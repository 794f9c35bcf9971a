/** Strings of canvas. Their owner adds here. */
export const canvas = {}
