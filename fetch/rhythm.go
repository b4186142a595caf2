package fetch

import (
	"math"
	"time"
)

// The numbers of the rhythm; docs/politeness.md has the reasons.
const (
	rhythmBeats   = 5                   // intervals needed before silence means anything
	rhythmFades   = 60 * 24 * time.Hour // the longest interval counts half after so much time
	rhythmYoung   = 14 * 24 * time.Hour // until then weekends may not have been seen
	leastSilence  = 24 * time.Hour      // never called silent sooner
	youngSilence  = 84 * time.Hour      // never sooner while young: Friday noon to Monday night
	rhythmWeight  = 0.1                 // of the newest interval in the mean
	timesLongest  = 2
	timesMean     = 6
	mostUnwatched = 24 * time.Hour // a poll later than this says nothing about the publisher
)

// Rhythm is how far apart a source's news come. The zero Rhythm knows nothing.
type Rhythm struct {
	Mean    time.Duration // between polls that found something new, recent ones counting more
	Longest time.Duration // of these, fading
	Count   int           // intervals seen
}

// Beat returns the rhythm after an interval between two pieces of news. It is pure.
func (r Rhythm) Beat(interval time.Duration) Rhythm {
	if interval <= 0 {
		return r
	}
	r.Count++
	weight := max(rhythmWeight, 1/float64(r.Count))
	r.Mean += time.Duration(weight * float64(interval-r.Mean))
	faded := float64(r.Longest) * math.Exp2(-float64(interval)/float64(rhythmFades))
	r.Longest = max(interval, time.Duration(faded))
	return r
}

// Quiet returns how long a source of this rhythm may be quiet before that is worth telling; 0 when too little is known. watched is for how
// long it has been read.
func (r Rhythm) Quiet(watched time.Duration) time.Duration {
	if r.Count < rhythmBeats {
		return 0
	}
	least := leastSilence
	if watched < rhythmYoung {
		least = youngSilence
	}
	return max(least, timesLongest*r.Longest, timesMean*r.Mean)
}

// Silence returns for how long a source has been silent against its own rhythm: the time from its last news to the last time it answered;
// 0 while that is usual. Times when nobody asked, or the server did not answer, are nobody's silence.
func (r Rhythm) Silence(firstRead, lastNew, lastOK time.Time) time.Duration {
	if lastNew.IsZero() || lastOK.IsZero() {
		return 0
	}
	quiet := r.Quiet(lastOK.Sub(firstRead))
	if d := lastOK.Sub(lastNew); quiet > 0 && d > quiet {
		return d
	}
	return 0
}
