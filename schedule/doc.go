// Package schedule says when something is due: cron lines, plain words, time zones, gaps and repeated hours, and a runner for jobs.
//
// It is the only importer of robfig/cron, which computes the days and times of a cron line on a clock without time
// zones; what a zone does to them is decided here (docs/schedules.md): a time that a gap swallows is due at the first
// instant after the gap, a time that comes twice is due the first time, and each slot is named by its local date and
// time. It remembers nothing: which slot ran last is kept by its callers, who ask Between or Latest what was missed.
package schedule
