/** Saving, storage, tabs and files. */
export const persistence = {}
