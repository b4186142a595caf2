package torture_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const watches = `
[[watch]]
name = "harbour"
query = "harbour"

[[watch]]
name = "wide"
query = "outlets:>=2"
group = "item"
`

const seedFolder = `
[[seeds]]
dir = "seeds"
announce = "all"
every = "1s"
`

var (
	summed    = regexp.MustCompile(`^(?:\d\d:\d\d:\d\d  pass: |time=\S+ level=\w+ msg=pass )`)                 // of run and of serve
	reported  = regexp.MustCompile(`([\d,]+) (?:new items?|items? already there|items? of (?:an )?archives?)`) // in the words of run
	recorded  = regexp.MustCompile(` (?:new|backlog|archive)=(\d+)`)                                           // in the record of serve
	titleMark = regexp.MustCompile(`^Report (\d+-\d+), edition (\d+)$`)
)

// victim is a home whose program is killed again and again, with what it has acknowledged so far.
type victim struct {
	home
	site  *site
	seeds int
	acked map[string]item // by id: what a listing showed
	said  int             // new items that the program reported
}

func newVictim(t *testing.T, feeds int, seed uint64) *victim {
	s := newSite(t, feeds, seed)
	return &victim{home: newHome(t, t.TempDir(), s.config()+seedFolder+watches), site: s, acked: make(map[string]item)}
}

// addSeed drops a seed file: every fourth carries the words of a wire report.
func (v *victim) addSeed() {
	v.seeds++
	words := prose(fmt.Sprintf("seed-%d", v.seeds), v.seeds%3 == 0)
	if v.seeds%4 == 0 {
		words = prose(fmt.Sprintf("wire-%d", v.seeds), v.seeds%3 == 0)
	}
	v.write(fmt.Sprintf("seeds/%03d.txt", v.seeds), fmt.Sprintf("Seed report %d\n\n%s\n", v.seeds, words))
}

// heard adds what a dead process had reported as kept.
func (v *victim) heard(p *process) {
	for _, line := range append(strings.SplitAfter(p.out.String(), "\n"), strings.SplitAfter(p.err.String(), "\n")...) {
		if !summed.MatchString(line) || !strings.HasSuffix(line, "\n") { // one that the kill cut
			continue
		}
		for _, m := range append(reported.FindAllStringSubmatch(line, -1), recorded.FindAllStringSubmatch(line, -1)...) {
			n, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
			if err != nil {
				v.t.Errorf("a figure in %q: %v", line, err)
			}
			v.said += n
		}
	}
}

// check opens the store and asks: nothing acknowledged is lost, nothing is there twice, no validator is ahead of its items.
func (v *victim) check(what string) {
	v.t.Helper()
	items := v.items()
	byID := make(map[string]item, len(items))
	editions := make(map[string]int)
	names := make(map[string]bool)
	for _, it := range items {
		if _, twice := byID[it.ID]; twice {
			v.t.Errorf("%s: item %s is listed twice", what, it.ID)
		}
		byID[it.ID] = it
		name := it.Title
		if m := titleMark.FindStringSubmatch(it.Title); m != nil {
			name = m[1]
			edition, _ := strconv.Atoi(m[2]) // digits
			editions[name] = edition
		}
		if names[name] {
			v.t.Errorf("%s: %s was kept as two items", what, name)
		}
		names[name] = true
	}
	for id, old := range v.acked {
		it, there := byID[id]
		switch {
		case !there:
			v.t.Errorf("%s: item %s (%s) was shown before and is lost", what, id, old.Title)
		case it.Seq != old.Seq || it.Revision < old.Revision:
			v.t.Errorf("%s: item %s was seq %d revision %d, now seq %d revision %d", what, id, old.Seq, old.Revision, it.Seq, it.Revision)
		}
		for _, w := range old.Watches {
			if there && !slices.Contains(it.Watches, w) {
				v.t.Errorf("%s: item %s no longer matches %s", what, id, w)
			}
		}
	}
	for name, edition := range v.site.must() {
		if editions[name] < edition {
			v.t.Errorf("%s: the server was told that edition %d of %s is kept; the store has edition %d", what, edition, name, editions[name])
		}
	}
	if v.t.Logf("%s: %d new items were reported, the store holds %d", what, v.said, len(items)); v.said > len(items) {
		v.t.Errorf("%s: %d new items were reported, the store holds %d", what, v.said, len(items))
	}
	v.acked = byID
	if v.t.Failed() {
		v.t.FailNow()
	}
}

// harass refreshes feeds through the socket of a daemon until it is gone, as fast as it answers. An answer is an acknowledgement.
func (v *victim) harass(p *process) *sync.WaitGroup {
	var all sync.WaitGroup
	for feed := range v.site.feeds {
		all.Go(func() {
			for running(p) {
				d, err := p.order("/control/feeds/refresh", url.Values{"feed": {v.site.address(feed)}})
				switch {
				case err != nil:
					time.Sleep(2 * time.Millisecond) // not yet up, or just killed
				case !d.Failed && strings.Contains(d.Summary, " new, "):
					v.site.acknowledge(feed)
				}
			}
		})
	}
	return &all
}

// TestD1_KillDuringIngestAndFollow kills the program at random moments while it reads and follows, and looks at what is left each time.
func TestD1_KillDuringIngestAndFollow(t *testing.T) {
	n := cycles(t, 50, 1000)
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 2))
	v := newVictim(t, 5, seed)
	for cycle := range n {
		what := fmt.Sprintf("cycle %d", cycle+1)
		if v.seeds < 200 {
			for range rng.IntN(3) {
				v.addSeed()
			}
		}
		var p *process
		if rng.IntN(2) == 0 {
			p = v.start("run", "--force")
			time.Sleep(time.Duration(rng.IntN(700)) * time.Millisecond)
			p.kill()
		} else {
			p = v.start("serve")
			callers := v.harass(p)
			time.Sleep(time.Duration(rng.IntN(700)) * time.Millisecond)
			p.kill()
			callers.Wait()
		}
		if strings.Contains(p.err.String(), "goroutine ") {
			t.Fatalf("%s: a trace\n%s", what, p.err.String())
		}
		v.heard(p)
		v.check(what)
	}
	v.compare()
}

// compare asks that the followers of the killed store come to what a rebuild, and a store that was never killed, come to.
func (v *victim) compare() {
	v.t.Helper()
	v.site.freeze()
	v.run("run", "--force")
	if out := v.run("run", "--force"); !strings.Contains(out, "nothing new") {
		v.t.Errorf("a pass over what is known brought something: %s", out)
	}
	v.check("at the end")
	have := make(map[string]bool)
	for _, it := range v.items() {
		have[it.Title] = true
	}
	for name, edition := range v.site.everything() {
		if title := fmt.Sprintf("Report %s, edition %d", name, edition); !have[title] {
			v.t.Errorf("%q is served and not in the store", title)
		}
	}
	listed, stories := v.run("items", "--json", "--limit", "0"), v.run("stories", "--json", "--limit", "0")
	if out := v.run("verify"); !strings.HasPrefix(out, "sound: ") {
		v.t.Errorf("verify: %s", out)
	}
	v.run("reindex")
	if again := v.run("items", "--json", "--limit", "0"); again != listed {
		v.t.Errorf("items differ after a rebuild:\n%s", firstDifference(listed, again))
	}
	if again := v.run("stories", "--json", "--limit", "0"); again != stories {
		v.t.Errorf("stories differ after a rebuild:\n%s", firstDifference(stories, again))
	}
	fresh := newHome(v.t, v.t.TempDir(), v.site.config()+seedFolder+watches)
	if err := os.CopyFS(fresh.path("seeds"), os.DirFS(v.path("seeds"))); err != nil {
		v.t.Fatal(err)
	}
	fresh.run("run", "--force")
	if want, got := derived(fresh.items()), derived(v.items()); want != got {
		v.t.Errorf("the killed store differs from one that was never killed:\n%s", firstDifference(want, got))
	}
	v.t.Logf("%d items, %d stories of several, %d feeds, %d seed files", len(v.acked), strings.Count(stories, "\n"), len(v.site.feeds), v.seeds)
}

// derived tells of a store what does not depend on the order in which items came: which there are, what they match, and
// who is in a story with whom.
func derived(items []item) string {
	members := make(map[string][]string)
	for _, it := range items {
		members[it.Story] = append(members[it.Story], it.ID)
	}
	lines := make([]string, len(items))
	for i, it := range items {
		together := slices.Sorted(slices.Values(members[it.Story]))
		matched := slices.Sorted(slices.Values(it.Watches))
		lines[i] = fmt.Sprintf("%s %q matches %v with %v", it.ID, it.Title, matched, together)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// firstDifference shows the first line that is not the same in both.
func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		x, y := "(nothing)", "(nothing)"
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return fmt.Sprintf("line %d\nwant %s\ngot  %s", i+1, x, y)
		}
	}
	return "no line"
}

// TestD2_KillAtNamedPoints kills the daemon where a poll stands at a known point between fetch, append and follow; the
// next poll must bring what is missing.
func TestD2_KillAtNamedPoints(t *testing.T) {
	n := cycles(t, 2, 40)
	t.Parallel()
	v := newVictim(t, 2, 7)
	v.run("run", "--force")
	v.check("before")
	points := []string{
		string(pointAsked), string(pointHalf), string(pointSent), string(pointHave),
		pointWritten, pointAnswered, pointShown, pointMatched,
	}
	for round := range n {
		for _, name := range points {
			what := fmt.Sprintf("round %d, when %s", round+1, name)
			v.killAt(name)
			v.check(what)
			v.run("run", "--force")
			v.check(what + ", after the next poll")
			have := make(map[string]bool)
			for _, it := range v.items() {
				have[it.Title] = true
			}
			for key, edition := range v.site.everything() {
				if title := fmt.Sprintf("Report %s, edition %d", key, edition); !have[title] && v.site.settled(key) {
					t.Fatalf("%s: the next poll did not bring %q", what, title)
				}
			}
		}
	}
	v.compare()
}

// settled reports whether the feed of an article was served to its end in its present version: only then must the next
// poll have brought it.
func (s *site) settled(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	feed, _, _ := strings.Cut(key, "-")
	i, err := strconv.Atoi(feed)
	return err == nil && s.feeds[i].served >= s.feeds[i].version
}

// The points that are seen from outside while the daemon is at work.
const (
	pointWritten  = "the store is written to"
	pointAnswered = "the poll was answered for"
	pointShown    = "a new seed file is shown"
	pointMatched  = "a new seed file is matched"
)

// killAt starts a daemon, has it poll feed 0 or read a seed file, and kills it at the point. A point that does not come
// within some polls becomes an ordinary kill.
func (v *victim) killAt(name string) {
	v.t.Helper()
	p := v.start("serve")
	p.await("/readyz")
	reached := make(chan struct{}, 1)
	signal := func() {
		select {
		case reached <- struct{}{}:
		default:
		}
	}
	v.site.look(func(at point, path string) {
		if string(at) == name && path == "/0.xml" {
			signal()
			<-p.ended // the request stands still until the program is dead
		}
	})
	var watchers sync.WaitGroup
	switch name {
	case pointShown, pointMatched:
		v.seeds += 3 - v.seeds%3 - 1 // the next one is about the harbour
		v.addSeed()
		watchers.Go(func() { v.awaitSeed(p, name == pointMatched); signal() })
	default:
		before := v.written(time.Time{})
		watchers.Go(func() { v.poll(p, name == pointAnswered); signal() })
		if name == pointWritten {
			watchers.Go(func() {
				for v.written(before) == before && running(p) {
					time.Sleep(100 * time.Microsecond)
				}
				signal()
			})
		}
	}
	<-reached
	p.kill()
	watchers.Wait()
	v.site.look(nil)
	v.heard(p)
}

// poll refreshes feed 0 some times: it does not grow each time, nor stay the same. It ends with the daemon or, if
// asked, at the first answer that tells of something new.
func (v *victim) poll(p *process, once bool) {
	for range 50 {
		d, err := p.order("/control/feeds/refresh", url.Values{"feed": {v.site.address(0)}})
		if err != nil {
			return
		}
		if strings.Contains(d.Summary, " new, ") {
			v.site.acknowledge(0)
			if once {
				return
			}
		}
	}
}

// awaitSeed asks the daemon until the newest seed file is shown, or matches its watch.
func (v *victim) awaitSeed(p *process, matched bool) {
	title := fmt.Sprintf("Seed report %d", v.seeds)
	for running(p) {
		_, body, err := p.get("/api/v1/items?limit=3")
		if err != nil {
			continue
		}
		_, after, there := strings.Cut(body, strconv.Quote(title))
		after, _, _ = strings.Cut(after, "}")
		if there && (!matched || strings.Contains(after, `"harbour"`)) {
			return
		}
	}
}

// running reports whether a process is not yet gone.
func running(p *process) bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// written returns when the store's file was written last, or the given time when it cannot be told.
func (v *victim) written(or time.Time) time.Time {
	info, err := os.Stat(v.store())
	if err != nil {
		return or
	}
	return info.ModTime()
}
