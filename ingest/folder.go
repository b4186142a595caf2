package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mediawatch/news"
	"mediawatch/seeds"
	"mediawatch/store"
)

const (
	// A file that was written to longer ago than this is taken for whole at the first look: who copies an old file
	// gives it its old time at the end.
	settledAge = 3 * time.Second
	settleFor  = time.Second // between the two looks at a younger one, which must see the same size and time

	filesAPage = 1000
	toldLines  = 100 // problems of one scan that are named one by one
)

// SeedFolder is what the configuration says about a seed folder.
type SeedFolder struct {
	ID          news.FeedID
	Dir         string // as written in the configuration
	Folder      seeds.Folder
	Location    *time.Location // of times without a zone
	Outlet      string         // "": by what the file says
	Outlets     []seeds.Outlet
	AnnounceAll bool
	// AnnounceNone makes everything in the folder backlog, whenever it comes: an import.
	AnnounceNone bool
}

// why says why an article of the folder is backlog, in its first reading or stated long before it came; "" it is not.
func (f *SeedFolder) why(first, old bool) string {
	switch {
	case f.AnnounceNone:
		return news.WhyImport
	case f.AnnounceAll:
		return ""
	case first:
		return news.WhyFirst
	case old:
		return news.WhyOld
	}
	return ""
}

// FolderReader reads seed folders.
type FolderReader struct {
	Journal store.Journal
	Feeds   store.Feeds
	Now     func() time.Time
	Sleep   func(ctx context.Context, d time.Duration) error // between the two looks
	// Keep keeps a document as the function Keep does, and returns when that is done. It is called for each batch of
	// files, so that a scan that is ended goes on from there.
	Keep func(ctx context.Context, doc store.Document) (store.Receipt, error)
}

// FolderResult is what came of reading a folder.
type FolderResult struct {
	Problems []string // one line each, for people; a problem that was told before is not told again
	Read     int      // files read
	Waiting  int      // files left for the next scan because they are being written
	New      int      // items
	Revised  int
}

// FolderProgress says how far a scan has come.
type FolderProgress struct {
	Files, AllFiles int   // of those that are new or changed
	Bytes, AllBytes int64 // of the same
}

// Read scans a folder, reads the files that are new or changed and keeps them, in batches: it takes the memory of one
// batch, however large the folder. progress, which may be nil, is told before the first file and after each batch. What
// is wrong with single files is in the result; an error is one of the store, or the end of ctx: what was kept until
// then is not read again.
func (r *FolderReader) Read(ctx context.Context, f SeedFolder, progress func(FolderProgress)) (FolderResult, error) {
	before, err := r.Feeds.Feed(ctx, f.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return FolderResult{}, err
	}
	s := folderScan{reader: r, folder: f, state: before, progress: progress}
	s.state.ID, s.state.Kind, s.state.LastTry = f.ID, news.KindSeed, r.Now()
	s.state.Address, s.state.Location, s.state.Title = f.Dir, f.Dir, f.Dir
	listed, problems, err := f.Folder.Scan(ctx)
	if ctx.Err() != nil {
		return FolderResult{}, ctx.Err()
	}
	if err != nil {
		return s.unreadable(ctx, err)
	}
	changed, err := s.compare(ctx, listed)
	if err != nil {
		return FolderResult{}, err
	}
	s.listing(problems)
	s.state.Error, s.state.Failures = "", 0
	if err := s.readAll(ctx, listed, changed); err != nil {
		return s.outcome(), err
	}
	err = s.finish(ctx, &before)
	return s.outcome(), err
}

// unreadable keeps that a folder cannot be listed: one line, told when it changes.
func (s *folderScan) unreadable(ctx context.Context, cause error) (FolderResult, error) {
	line := message(cause.Error())
	if line == s.state.Error {
		return FolderResult{}, nil
	}
	s.state.Error = line
	s.state.Failures++
	s.problem(line)
	_, err := s.reader.Keep(ctx, store.Document{Feed: s.state})
	return s.outcome(), err
}

// changedFile is a file that is new, or has another size or time than it was read with.
type changedFile struct {
	seeds.File
	old news.File // zero: never seen
}

// compare returns the listed files that are new or changed. Both lists are sorted by path, so that the states of the
// folder's files need not be in memory at once.
func (s *folderScan) compare(ctx context.Context, listed []seeds.File) ([]changedFile, error) {
	var changed []changedFile
	known := fileStates{feeds: s.reader.Feeds, id: s.folder.ID}
	for _, f := range listed {
		old, err := known.upTo(ctx, f.Path, func(*news.File) {})
		if err != nil {
			return nil, err
		}
		if old == nil {
			changed = append(changed, changedFile{File: f})
		} else if old.Size != f.Size || !old.ModTime.Equal(keptTime(f.ModTime)) {
			changed = append(changed, changedFile{f, *old})
		}
	}
	return changed, nil
}

// behindAll stands behind every path.
const behindAll = "\U0010ffff\U0010ffff"

// findGone notes the files that are not there any more and may be what a changed file holds: those of the same size.
func (s *folderScan) findGone(ctx context.Context, listed []seeds.File, changed []changedFile) error {
	sizes := make(map[int64]bool, len(changed))
	for i := range changed {
		sizes[changed[i].Size] = true
	}
	s.gone = make(map[news.Hash][]news.File)
	note := func(f *news.File) {
		if sizes[f.Size] && !f.Item.IsZero() && f.Error == "" {
			s.gone[f.Raw] = append(s.gone[f.Raw], *f)
		}
	}
	known := fileStates{feeds: s.reader.Feeds, id: s.folder.ID}
	for _, f := range listed {
		if _, err := known.upTo(ctx, f.Path, note); err != nil {
			return err
		}
	}
	_, err := known.upTo(ctx, behindAll, note)
	return err
}

// keptTime is a file's time as the store keeps it.
func keptTime(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// fileStates walks the states of a folder's files by path.
type fileStates struct {
	feeds store.Feeds
	id    news.FeedID
	page  []news.File
	after string // the last path read
	ended bool
}

// upTo passes by the states before a path, and returns that of the path; nil when there is none.
func (k *fileStates) upTo(ctx context.Context, path string, passed func(*news.File)) (*news.File, error) {
	for {
		if len(k.page) == 0 && !k.ended {
			page, err := k.feeds.Files(ctx, k.id, k.after, filesAPage)
			if err != nil {
				return nil, err
			}
			if k.ended = len(page) == 0; !k.ended {
				k.page, k.after = page, page[len(page)-1].Path
			}
		}
		if len(k.page) == 0 || k.page[0].Path > path {
			return nil, nil
		}
		state := k.page[0]
		k.page = k.page[1:]
		if state.Path == path {
			return &state, nil
		}
		passed(&state)
	}
}

// listing notes the problems of listing; those that were told before are not told again.
func (s *folderScan) listing(problems []seeds.Problem) {
	told := make(map[string]bool, len(s.state.Warnings))
	for _, w := range s.state.Warnings {
		told[w] = true
	}
	s.state.Warnings = nil
	for i := range problems {
		line := message(s.folder.Dir + "/" + problems[i].Error())
		if i == toldLines {
			line = fmt.Sprintf("%s: %d more things that cannot be read", s.folder.Dir, len(problems)-i)
		}
		s.state.Warnings = append(s.state.Warnings, line)
		if !told[line] {
			s.problem(line)
		}
		if i == toldLines {
			return
		}
	}
}

// problem notes a line for people, not without end.
func (s *folderScan) problem(line string) {
	if len(s.result.Problems) < toldLines {
		s.result.Problems = append(s.result.Problems, message(line))
		return
	}
	s.untold++
}

// outcome is the result so far.
func (s *folderScan) outcome() FolderResult {
	res := s.result
	if s.untold > 0 {
		res.Problems = append(slices.Clip(res.Problems), fmt.Sprintf("%s: %d more problems like these", s.folder.Dir, s.untold))
	}
	return res
}

// finish keeps the folder's new state; a scan that changed nothing writes nothing.
func (s *folderScan) finish(ctx context.Context, before *news.Feed) error {
	now := s.reader.Now()
	if s.result.Read > 0 {
		s.state.LastNew = now
	}
	first := s.state.FirstRead.IsZero()
	if first && s.result.Waiting == 0 {
		s.state.FirstRead = now
	}
	if !s.kept && !first && before.Error == "" && slices.Equal(before.Warnings, s.state.Warnings) {
		return nil
	}
	s.state.LastOK = now
	_, err := s.reader.Keep(ctx, store.Document{Feed: s.state})
	return err
}
