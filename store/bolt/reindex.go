package bolt

// rebuildName is the table in which Reindex builds.
const rebuildName = "rebuild"
