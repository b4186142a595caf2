package ingest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/zeebo/xxh3"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/seeds"
	"mediawatch/store"
	"mediawatch/text"
)

const (
	filesABatch = 50      // seed files that are read, parsed and kept at once,
	bytesABatch = 4 << 20 // unless so many bytes are reached before
	learnFiles  = 400     // how many files of a folder are looked at for lines that recur
)

// folderScan is one reading of a folder.
type folderScan struct {
	reader   *FolderReader
	folder   SeedFolder
	state    news.Feed
	gone     map[news.Hash][]news.File // files with an article that are not there any more, by what they held
	sample   []seeds.Ending            // of the folder's files, for lines that recur
	doc      store.Document            // the batch
	kept     bool                      // something was
	result   FolderResult
	untold   int // problems beyond those in result
	progress func(FolderProgress)
	at       FolderProgress
}

// readAll reads the changed files: those that are whole for sure first, then those that are the same at a second look.
func (s *folderScan) readAll(ctx context.Context, listed []seeds.File, changed []changedFile) error {
	if len(changed) == 0 {
		return nil
	}
	if err := s.findGone(ctx, listed, changed); err != nil {
		return err
	}
	whole, young := make([]changedFile, 0, len(changed)), []changedFile(nil)
	now := s.reader.Now()
	for _, f := range changed {
		s.at.AllBytes += f.Size
		if now.Sub(f.ModTime) > settledAge {
			whole = append(whole, f)
		} else {
			young = append(young, f)
		}
	}
	s.at.AllFiles = len(changed)
	s.tell()
	s.learn(listed, changed)
	if err := s.read(ctx, whole); err != nil || len(young) == 0 {
		return err
	}
	if err := s.reader.Sleep(ctx, settleFor); err != nil {
		return err
	}
	return s.read(ctx, young)
}

func (s *folderScan) tell() {
	if s.progress != nil {
		s.progress(s.at)
	}
}

// read reads files in batches. One that is not as it was listed is being written: it is left for the next scan.
func (s *folderScan) read(ctx context.Context, files []changedFile) error {
	for len(files) > 0 {
		n, size := 0, int64(0)
		for n < len(files) && n < filesABatch && (n == 0 || size+files[n].Size <= bytesABatch) {
			size += files[n].Size
			n++
		}
		if err := s.batch(ctx, files[:n]); err != nil {
			return err
		}
		s.at.Files, s.at.Bytes = s.at.Files+n, s.at.Bytes+size
		s.tell()
		files = files[n:]
	}
	return nil
}

// batch reads some files and keeps what came of them.
func (s *folderScan) batch(ctx context.Context, files []changedFile) error {
	contents := make([][]byte, len(files))
	endings := s.sample[:len(s.sample):len(s.sample)]
	for i := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := &files[i]
		data, err := s.folder.Folder.ReadFile(f.Path)
		switch {
		case !s.folder.Folder.Same(f.File):
			s.result.Waiting++
		case err != nil:
			s.fail(f, news.Hash{}, err)
		default:
			contents[i] = data
			endings = append(endings, seeds.EndingOf(f.Path, data))
		}
	}
	boilerplate := seeds.Recurring(endings)
	for i := range files {
		if contents[i] == nil {
			continue
		}
		if err := s.file(ctx, &files[i], contents[i], boilerplate); err != nil {
			return err
		}
		contents[i] = nil
	}
	return s.keep(ctx)
}

// learn looks at some files of the folder for lines that recur: at those to be read, in equal steps when they are many,
// and at others around them.
func (s *folderScan) learn(listed []seeds.File, changed []changedFile) {
	look := func(path string) {
		if data, err := s.folder.Folder.ReadFile(path); err == nil {
			s.sample = append(s.sample, seeds.EndingOf(path, data))
		}
	}
	if len(changed) > learnFiles {
		for i := range learnFiles {
			look(changed[i*len(changed)/learnFiles].Path)
		}
		return
	}
	taken := make(map[string]bool, len(changed))
	for i := range changed {
		taken[changed[i].Path] = true
		if len(changed) > filesABatch { // else they are one batch, which is looked at in any case
			look(changed[i].Path)
		}
	}
	first := 0
	for first < len(listed) && listed[first].Path != changed[0].Path {
		first++
	}
	for i := max(0, min(first-learnFiles/2, len(listed)-learnFiles)); i < len(listed) && len(s.sample) < learnFiles; i++ {
		if !taken[listed[i].Path] {
			look(listed[i].Path)
		}
	}
}

// file reads one file into the batch. Bytes that were read before, under another time or another path, only renew the state.
func (s *folderScan) file(ctx context.Context, f *changedFile, data []byte, boilerplate []string) error {
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
	state := news.File{Feed: s.folder.ID, Path: f.Path, Size: f.Size, ModTime: keptTime(f.ModTime), Raw: raw, Item: f.old.Item, Identity: f.old.Identity}
	if f.old.Path == "" && f.Rendered() {
		s.problem(s.folder.Dir + "/" + f.Path + ": the name of the file holds bytes that cannot be kept or shown; they stand here as \\xHH")
	}
	if f.old.Path != "" && f.old.Raw == raw && f.old.Error == "" {
		s.add(state, nil)
		return nil
	}
	if s.moved(&state) {
		return nil
	}
	article, err := readSeed(f.Path, data, o)
	if err != nil {
		s.fail(f, raw, err)
		return nil
	}
	for _, w := range article.Warnings {
		s.problem(fmt.Sprintf("%s/%s: %s", s.folder.Dir, text.Line(f.Path), w))
	}
	it := article.Item()
	if state.Identity, err = s.identity(ctx, f.Path, f.old, &it); err != nil {
		return err
	}
	s.complete(&it, state)
	it.Fingerprint = xxh3.Hash(raw[:])
	state.Item = it.ID
	s.add(state, &store.News{Item: it, State: dedupe.StateOf(&it)})
	s.result.Read++
	return nil
}

// readSeed reads a seed file. That the reader fails in a way nobody foresaw costs this one file.
func readSeed(path string, data []byte, o seeds.Options) (article *seeds.Article, err error) {
	defer func() {
		if v := recover(); v != nil {
			article, err = nil, fmt.Errorf("%s: the reader failed, please report it with the file: %v", path, v)
		}
	}()
	return seeds.Read(path, data, o)
}

// moved reports whether the file is one that had another path before: then it is the same item. The state of the old
// path says so, so that a second file of the same bytes is an item of its own.
func (s *folderScan) moved(state *news.File) bool {
	from := s.gone[state.Raw]
	if len(from) == 0 {
		return false
	}
	old := from[0]
	s.gone[state.Raw] = from[1:]
	state.Item, state.Identity = old.Item, old.Identity
	s.add(*state, nil)
	old.Error = "moved to " + state.Path
	s.add(old, nil)
	return true
}

// fail keeps a file's failure with its size and time, so that it is told once and tried again when the file changes.
func (s *folderScan) fail(f *changedFile, raw news.Hash, err error) {
	file := news.File{Feed: s.folder.ID, Path: f.Path, Size: f.Size, ModTime: keptTime(f.ModTime), Raw: raw,
		Item: f.old.Item, Identity: f.old.Identity, Error: message(err.Error())}
	s.problem(s.folder.Dir + "/" + file.Error)
	s.add(file, nil)
}

// add puts a file, with its item if there is one, into the batch.
func (s *folderScan) add(file news.File, item *store.News) {
	s.doc.Files = append(s.doc.Files, file)
	if item != nil {
		s.doc.Items = append(s.doc.Items, *item)
	}
}

// keep keeps the batch. What the store takes no article from is told once, and tried again when the file changes.
func (s *folderScan) keep(ctx context.Context) error {
	doc := s.doc
	s.doc = store.Document{}
	if len(doc.Files) == 0 {
		return nil
	}
	doc.Feed = s.state
	receipt, err := s.reader.Keep(ctx, doc)
	var part *LeftOut
	if errors.As(err, &part) {
		for _, line := range part.Lines {
			s.problem(s.folder.Dir + ": read and not kept: " + line)
		}
		s.result.Read -= len(part.Lines)
	} else if err != nil {
		return err
	}
	s.kept = true
	s.result.New += len(receipt.New)
	s.result.Revised += len(receipt.Revised)
	return nil
}
