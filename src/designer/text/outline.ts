/** Strings of outline. Their owner adds here. */
export const outline = {}
