package ingest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/seeds"
	"mediawatch/store"
	"mediawatch/text"
)

const (
	settleFor   = 300 * time.Millisecond // between the two looks that must see the same size and time
	filesADoc   = 50                     // seed files a document of the batch holds
	filesAPage  = 1000
	sameArticle = 0.3 // share of words a changed file must keep to be the same article
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

// FolderReader reads seed folders.
type FolderReader struct {
	Journal store.Journal
	Feeds   store.Feeds
	Now     func() time.Time
	Sleep   func(ctx context.Context, d time.Duration) error // between the two looks
}

// FolderResult is what came of reading a folder.
type FolderResult struct {
	Documents []store.Document
	Problems  []string // one line each, for people; a problem that was told before is not told again
	Read      int      // files read
	Waiting   int      // files left for the next scan because they are being written
}

// Read scans a folder and reads the files that are new or changed. What is wrong with single files is in the result; an error is one of the
// store, or the end of ctx.
func (r *FolderReader) Read(ctx context.Context, f SeedFolder) (FolderResult, error) {
	state, err := r.Feeds.Feed(ctx, f.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return FolderResult{}, err
	}
	before := state
	state.ID, state.Kind, state.Address, state.Location, state.LastTry = f.ID, news.KindSeed, f.Dir, f.Dir, r.Now()
	state.Title = f.Dir
	listed, problems, err := f.Folder.Scan(ctx)
	if ctx.Err() != nil {
		return FolderResult{}, ctx.Err()
	}
	if err != nil {
		return r.unreadable(before, state, err), nil
	}
	known, err := r.known(ctx, f.ID)
	if err != nil {
		return FolderResult{}, err
	}
	changed := changedFiles(listed, known)
	s := folderScan{reader: r, folder: f, state: state, known: known}
	s.listed = listed
	if len(changed) > 0 {
		if err := r.Sleep(ctx, settleFor); err != nil {
			return FolderResult{}, err
		}
		again, _, err := f.Folder.Scan(ctx)
		if err != nil {
			return r.unreadable(before, state, err), ctx.Err()
		}
		settled := seeds.Settled(changed, again)
		s.result.Waiting = len(changed) - len(settled)
		if err := s.read(ctx, settled); err != nil {
			return FolderResult{}, err
		}
	}
	s.tell(problems)
	s.finish(before)
	return s.result, nil
}

// unreadable is the result for a folder that cannot be listed: one line, told when it changes.
func (r *FolderReader) unreadable(before, state news.Feed, err error) FolderResult {
	state.Error = text.Line(err.Error())
	if state.Error == before.Error {
		return FolderResult{}
	}
	state.Failures++
	return FolderResult{Documents: []store.Document{{Feed: state}}, Problems: []string{state.Error}}
}

// known returns the states of a folder's files by path.
func (r *FolderReader) known(ctx context.Context, id news.FeedID) (map[string]news.File, error) {
	known := make(map[string]news.File)
	after := ""
	for {
		files, err := r.Feeds.Files(ctx, id, after, filesAPage)
		if err != nil || len(files) == 0 {
			return known, err
		}
		for _, f := range files {
			known[f.Path] = f
		}
		after = files[len(files)-1].Path
	}
}

// changedFiles returns the listed files whose size or time is not the one they were read with.
func changedFiles(listed []seeds.File, known map[string]news.File) []seeds.File {
	var out []seeds.File
	for _, f := range listed {
		k, ok := known[f.Path]
		if !ok || k.Size != f.Size || !k.ModTime.Equal(f.ModTime.UTC().Truncate(time.Microsecond)) {
			out = append(out, f)
		}
	}
	return out
}

// folderScan is one reading of a folder.
type folderScan struct {
	reader *FolderReader
	folder SeedFolder
	state  news.Feed
	known  map[string]news.File
	listed []seeds.File
	result FolderResult
}

// read reads files and gathers them into documents.
func (s *folderScan) read(ctx context.Context, files []seeds.File) error {
	contents := make(map[string][]byte, len(files))
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := s.folder.Folder.ReadFile(f.Path)
		if err != nil {
			s.fail(f, news.Hash{}, err)
			continue
		}
		contents[f.Path] = data
	}
	boilerplate := s.recurring(contents)
	for _, f := range files {
		data, ok := contents[f.Path]
		if !ok {
			continue
		}
		if err := s.file(ctx, f, data, boilerplate); err != nil {
			return err
		}
	}
	return nil
}

// recurring learns the closing lines that several files of the folder share, from the new files and from others beside them.
func (s *folderScan) recurring(contents map[string][]byte) []string {
	all := make(map[string][]string, len(contents))
	for p, data := range contents {
		all[p] = seeds.ClosingLines(data)
	}
	for _, f := range s.listed {
		if len(all) >= learnFiles {
			break
		}
		if _, ok := all[f.Path]; ok {
			continue
		}
		if data, err := s.folder.Folder.ReadFile(f.Path); err == nil {
			all[f.Path] = seeds.ClosingLines(data)
		}
	}
	return seeds.Recurring(all)
}

// learnFiles is how many files of a folder are looked at for lines that recur.
const learnFiles = 400

// file reads one file into a document. Bytes that were read before, under another time, only renew the state.
func (s *folderScan) file(ctx context.Context, f seeds.File, data []byte, boilerplate []string) error {
	o := seeds.Options{Location: s.folder.Location, Path: f.Path, Outlets: s.folder.Outlets, Boilerplate: boilerplate}
	sum := sha256.New()
	sum.Write(data)
	if f.Sidecar != "" {
		side, err := s.folder.Folder.ReadFile(f.Sidecar)
		if err != nil {
			s.fail(f, news.Hash{}, err)
			return nil
		}
		o.Sidecar, o.SidecarName = side, f.Sidecar
		sum.Write(side)
	}
	raw := news.Hash(sum.Sum(nil))
	old, seen := s.known[f.Path]
	state := news.File{Feed: s.folder.ID, Path: f.Path, Size: f.Size, ModTime: f.ModTime.UTC().Truncate(time.Microsecond), Raw: raw, Item: old.Item, Identity: old.Identity}
	if seen && old.Raw == raw && old.Error == "" {
		s.add(state, nil)
		return nil
	}
	article, err := seeds.Read(f.Path, data, o)
	if err != nil {
		s.fail(f, raw, err)
		return nil
	}
	for _, w := range article.Warnings {
		s.result.Problems = append(s.result.Problems, fmt.Sprintf("%s/%s: %s", s.folder.Dir, text.Line(f.Path), w))
	}
	it := article.Item()
	if state.Identity, err = s.identity(ctx, f.Path, old, &it); err != nil {
		return err
	}
	s.complete(&it, state)
	it.Fingerprint = xxh3.Hash(raw[:])
	state.Item = it.ID
	s.add(state, &store.News{Item: it, State: dedupe.StateOf(&it)})
	s.result.Read++
	return nil
}

// complete adds what only the reader knows.
func (s *folderScan) complete(it *news.Item, file news.File) {
	now := s.reader.Now()
	it.ID, it.Feed, it.Kind, it.Identity = news.NewItemID(s.folder.ID, file.Identity), s.folder.ID, news.KindSeed, file.Identity
	it.URL = text.PageURL(it.URL)
	if s.folder.Outlet != "" {
		it.Outlet, it.OutletEvidence = s.folder.Outlet, "configured for the folder"
	}
	it.Seen, it.At = now, now
	old := !it.Published.IsZero() && it.Published.Time.Before(now.Add(-backlogAge))
	it.Backlog = s.folder.AnnounceNone || !s.folder.AnnounceAll && (s.state.FirstRead.IsZero() || old)
	it.Origin = news.Origin{Raw: file.Raw, At: now, FinalURL: s.folder.Dir + "/" + file.Path}
	it.Keys = dedupe.KeysOf(it)
}

// identity tells whether a changed file still holds the article it held (a revision) or another one (a new item under the same path).
func (s *folderScan) identity(ctx context.Context, path string, old news.File, it *news.Item) (string, error) {
	if old.Identity == "" {
		return path, nil
	}
	items, err := s.reader.Journal.Items(ctx, []store.Ref{{Item: old.Item}})
	if err != nil {
		return "", err
	}
	was := &items[0]
	if was.ID.IsZero() { // forgotten: the path stays closed to that article
		return old.Identity, nil
	}
	if text.Fold(was.Title) == text.Fold(it.Title) || overlap(text.Plain(was.HTML()), text.Plain(it.HTML())) >= sameArticle {
		return old.Identity, nil
	}
	n := 2
	if _, count, ok := strings.Cut(strings.TrimPrefix(old.Identity, path), "#"); ok {
		if k, err := strconv.Atoi(count); err == nil {
			n = k + 1
		}
	}
	return path + "#" + strconv.Itoa(n), nil
}

// overlap is the share of distinct words of the shorter text that the other one has, too.
func overlap(a, b string) float64 {
	x, y := wordSet(a), wordSet(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == 0 {
		return 0
	}
	shared := 0
	for w := range x {
		if y[w] {
			shared++
		}
	}
	return float64(shared) / float64(len(x))
}

// wordSet returns the distinct words of a text, without the short ones that every text has.
func wordSet(s string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range text.Words(s) {
		if len(w.Text) > 4 {
			set[w.Text] = true
		}
	}
	return set
}

// add puts a file, with its item if there is one, into a document.
func (s *folderScan) add(file news.File, item *store.News) {
	doc := s.document()
	doc.Files = append(doc.Files, file)
	if item != nil {
		doc.Items = append(doc.Items, *item)
	}
}

// tell adds the problems of listing that were not told before.
func (s *folderScan) tell(problems []seeds.Problem) {
	told := make(map[string]bool, len(s.state.Warnings))
	for _, w := range s.state.Warnings {
		told[w] = true
	}
	s.state.Warnings = nil
	for i := range problems {
		line := s.folder.Dir + "/" + problems[i].Error()
		s.state.Warnings = append(s.state.Warnings, line)
		if !told[line] {
			s.result.Problems = append(s.result.Problems, line)
		}
	}
}

// finish puts the folder's new state into every document; a scan that changes nothing writes nothing.
func (s *folderScan) finish(before news.Feed) {
	now := s.reader.Now()
	s.state.Error, s.state.Failures, s.state.LastOK = "", 0, now
	if s.result.Read > 0 {
		s.state.LastNew = now
	}
	first := s.state.FirstRead.IsZero()
	if first && s.result.Waiting == 0 {
		s.state.FirstRead = now
	}
	same := !first && before.Error == "" && slices.Equal(before.Warnings, s.state.Warnings)
	if len(s.result.Documents) == 0 && !same {
		s.result.Documents = []store.Document{{}}
	}
	for i := range s.result.Documents {
		s.result.Documents[i].Feed = s.state
	}
}

// fail keeps a file's failure with its size and time, so that it is told once and tried again when the file changes.
func (s *folderScan) fail(f seeds.File, raw news.Hash, err error) {
	old := s.known[f.Path]
	file := news.File{Feed: s.folder.ID, Path: f.Path, Size: f.Size, ModTime: f.ModTime.UTC().Truncate(time.Microsecond), Raw: raw,
		Item: old.Item, Identity: old.Identity, Error: text.Line(err.Error())}
	s.result.Problems = append(s.result.Problems, s.folder.Dir+"/"+file.Error)
	doc := s.document()
	doc.Files = append(doc.Files, file)
}

// document returns the document that the next file goes into.
func (s *folderScan) document() *store.Document {
	docs := s.result.Documents
	if n := len(docs); n > 0 && len(docs[n-1].Files) < filesADoc {
		return &docs[n-1]
	}
	s.result.Documents = append(docs, store.Document{})
	return &s.result.Documents[len(docs)]
}
