package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"mediawatch/store"
)

// This file reads bbolt's format (version 2, native byte order) with plain reads, without mapping it. A file of which
// bbolt maps garbage can kill the process in ways no recover helps against: branch pages in a circle overflow the
// stack, a wild overflow count exhausts memory. So the structure is inspected before bbolt sees it.

// quickLimit is the file size, in bytes, up to which every page is inspected when a store is opened. Of larger files the freelist and up to
// quickBranches branch pages are.
const (
	quickLimit    = 256 << 20
	quickBranches = 16 << 10
)

const (
	pageHeader   = 16
	pageElement  = 16
	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagMeta     = 0x04
	flagFreelist = 0x10
	leafBucket   = 0x01
	boltMagic    = 0xED0CDAED
	boltVersion  = 2
	metaLength   = 56 // of the part under the checksum
	noFreelist   = ^uint64(0)
)

// pageMeta is one of the two heads of a bbolt file.
type pageMeta struct {
	pageSize             int64
	root, freelist, high uint64 // page numbers; high is the first one never used
	txid                 uint64
}

// readMeta decodes a head, which begins at p[0].
func readMeta(p []byte) (pageMeta, bool) {
	ne := binary.NativeEndian
	if len(p) < metaLength+8 || ne.Uint32(p) != boltMagic || ne.Uint32(p[4:]) != boltVersion {
		return pageMeta{}, false
	}
	h := fnv.New64a()
	h.Write(p[:metaLength])
	m := pageMeta{
		pageSize: int64(ne.Uint32(p[8:])), root: ne.Uint64(p[16:]), freelist: ne.Uint64(p[32:]), high: ne.Uint64(p[40:]), txid: ne.Uint64(p[48:]),
	}
	ok := h.Sum64() == ne.Uint64(p[metaLength:]) && m.pageSize >= 512 && m.pageSize <= 64<<10 && m.pageSize&(m.pageSize-1) == 0
	return m, ok
}

// findMeta returns the valid head of the highest transaction and how many heads are valid.
func findMeta(r io.ReaderAt, size int64) (meta pageMeta, valid int, err error) {
	for _, ps := range []int64{0, 4 << 10, 16 << 10, 64 << 10, 8 << 10, 32 << 10, 2 << 10, 1 << 10, 512} {
		if ps > 0 && valid > 0 && ps != meta.pageSize {
			continue
		}
		buf := make([]byte, pageHeader+metaLength+8)
		if ps+int64(len(buf)) > size {
			continue
		}
		if _, err := r.ReadAt(buf, ps); err != nil {
			return pageMeta{}, 0, fmt.Errorf("read its head: %w", err)
		}
		m, ok := readMeta(buf[pageHeader:])
		if !ok || ps > 0 && m.pageSize != ps {
			continue
		}
		valid++
		if valid == 1 || m.txid > meta.txid {
			meta = m
		}
	}
	return meta, valid, nil
}

// inspector walks the pages of one transaction.
type inspector struct {
	r        io.ReaderAt
	meta     pageMeta
	seen     []uint64 // a bit for each page
	deep     bool
	branches int
	buf      []byte
}

// inspectFile returns an error wrapping store.ErrDamaged for the first thing that does not hold. A file above limit
// bytes is not read whole.
func inspectFile(f *os.File, limit int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return nil // new: bbolt writes it
	}
	in, _, err := newInspector(f, info.Size())
	if err != nil {
		return err
	}
	in.deep = info.Size() <= limit
	return in.all()
}

// newInspector reads the heads of a file of size bytes, and reports whether both are valid.
func newInspector(r io.ReaderAt, size int64) (*inspector, bool, error) {
	meta, valid, err := findMeta(r, size)
	if err != nil {
		return nil, false, err
	}
	if valid == 0 {
		return nil, false, fmt.Errorf("it is not a store, or its head is overwritten: %w", store.ErrDamaged)
	}
	if need := meta.high; need > uint64(size/meta.pageSize) {
		return nil, false, fmt.Errorf("it is cut short: %d bytes instead of at least %d: %w", size, need*uint64(meta.pageSize), store.ErrDamaged)
	}
	return &inspector{r: r, meta: meta, seen: make([]uint64, meta.high/64+1)}, valid == 2, nil
}

// all inspects the freelist and every tree.
func (in *inspector) all() error {
	if err := in.freelist(); err != nil {
		return err
	}
	return in.trees()
}

// trees inspects the tree of tables and those below it.
func (in *inspector) trees() error {
	roots := []uint64{in.meta.root}
	for len(roots) > 0 {
		root := roots[0]
		roots = roots[1:]
		more, err := in.tree(root, root == in.meta.root)
		if err != nil {
			return err
		}
		roots = append(roots, more...)
	}
	return nil
}

func broken(page uint64, format string, args ...any) error {
	return fmt.Errorf("page %d: %s: %w", page, fmt.Sprintf(format, args...), store.ErrDamaged)
}

// mark notes that a page is in use, once.
func (in *inspector) mark(page uint64) error {
	if page < 2 || page >= in.meta.high {
		return broken(page, "it is outside the file's %d pages", in.meta.high)
	}
	if in.seen[page/64]&(1<<(page%64)) != 0 {
		return broken(page, "it is used twice")
	}
	in.seen[page/64] |= 1 << (page % 64)
	return nil
}

// read returns a page with what overflows it, valid until the next read.
func (in *inspector) read(page uint64) (data []byte, flags uint16, count int, err error) {
	ps := in.meta.pageSize
	if int64(cap(in.buf)) < ps {
		in.buf = make([]byte, ps)
	}
	data = in.buf[:ps]
	if _, err := in.r.ReadAt(data, int64(page)*ps); err != nil {
		return nil, 0, 0, broken(page, "%v", err)
	}
	ne := binary.NativeEndian
	id, flags, count, overflow := ne.Uint64(data), ne.Uint16(data[8:]), int(ne.Uint16(data[10:])), uint64(ne.Uint32(data[12:]))
	if id != page {
		return nil, 0, 0, broken(page, "it says it is page %d", id)
	}
	if overflow >= in.meta.high-page {
		return nil, 0, 0, broken(page, "it reaches beyond the end")
	}
	if overflow > 0 {
		whole := int64(overflow+1) * ps
		if int64(cap(in.buf)) < whole {
			in.buf = append(make([]byte, 0, whole), data...)
		}
		data = in.buf[:whole]
		if _, err := in.r.ReadAt(data[ps:], int64(page+1)*ps); err != nil {
			return nil, 0, 0, broken(page, "%v", err)
		}
	}
	return data, flags, count, nil
}

// enter reads a page of a tree and marks it with all it overflows to.
func (in *inspector) enter(page uint64, want uint16) (data []byte, flags uint16, count int, err error) {
	if data, flags, count, err = in.read(page); err != nil {
		return nil, 0, 0, err
	}
	if flags != flagBranch && flags != flagLeaf || want != 0 && flags != want {
		return nil, 0, 0, broken(page, "it is of kind %#x", flags)
	}
	for i := range uint64(len(data)) / uint64(in.meta.pageSize) {
		if i == 0 && want != 0 {
			continue // marked by the page above it
		}
		if err := in.mark(page + i); err != nil {
			return nil, 0, 0, err
		}
	}
	return data, flags, count, nil
}

// tree inspects one table level by level and returns the roots of the tables it holds.
func (in *inspector) tree(root uint64, tables bool) (roots []uint64, err error) {
	if root < 2 || root >= in.meta.high {
		return nil, broken(root, "it is outside the file's %d pages", in.meta.high)
	}
	data, flags, count, err := in.enter(root, 0)
	if err != nil {
		return nil, err
	}
	for level := []uint64(nil); ; {
		var next []uint64
		if flags == flagLeaf {
			below, err := in.leaf(root, data, count, tables)
			if err != nil {
				return nil, err
			}
			roots = append(roots, below...)
		} else if next, err = in.branch(root, data, count, next); err != nil {
			return nil, err
		}
		for _, page := range level {
			if data, _, count, err = in.enter(page, flags); err != nil {
				return nil, err
			}
			if flags == flagBranch {
				next, err = in.branch(page, data, count, next)
			} else {
				var below []uint64
				below, err = in.leaf(page, data, count, tables)
				roots = append(roots, below...)
			}
			if err != nil {
				return nil, err
			}
		}
		if len(next) == 0 {
			return roots, nil
		}
		if _, flags, _, err = in.read(next[0]); err != nil {
			return nil, err
		}
		if !in.deep && !tables && flags == flagLeaf || in.branches > quickBranches && !in.deep {
			return roots, nil // unread leaves: each is referred to once, so there is no circle
		}
		root, level = next[0], next[1:]
		if data, flags, count, err = in.enter(root, flags); err != nil {
			return nil, err
		}
	}
}

// branch checks the elements of a branch page, marks the pages below it and appends them to next.
func (in *inspector) branch(page uint64, data []byte, count int, next []uint64) ([]uint64, error) {
	in.branches++
	if count == 0 || pageHeader+count*pageElement > len(data) {
		return nil, broken(page, "%d elements do not fit", count)
	}
	var last []byte
	for i := range count {
		at := pageHeader + i*pageElement
		e := data[at:]
		pos, ksize, child := uint64(binary.NativeEndian.Uint32(e)), uint64(binary.NativeEndian.Uint32(e[4:])), binary.NativeEndian.Uint64(e[8:])
		from := uint64(at) + pos
		if from+ksize > uint64(len(data)) {
			return nil, broken(page, "element %d lies outside", i)
		}
		key := data[from : from+ksize]
		if i > 0 && bytes.Compare(last, key) >= 0 {
			return nil, broken(page, "its keys are out of order")
		}
		last = key
		if err := in.mark(child); err != nil {
			return nil, err
		}
		next = append(next, child)
	}
	return next, nil
}

// leaf checks the elements of a leaf page. In the tree of tables it returns the roots of the tables that have pages of their own.
func (in *inspector) leaf(page uint64, data []byte, count int, tables bool) (roots []uint64, err error) {
	if pageHeader+count*pageElement > len(data) {
		return nil, broken(page, "%d elements do not fit", count)
	}
	var last []byte
	for i := range count {
		at := pageHeader + i*pageElement
		ne, e := binary.NativeEndian, data[at:]
		flags, pos, ksize, vsize := ne.Uint32(e), uint64(ne.Uint32(e[4:])), uint64(ne.Uint32(e[8:])), uint64(ne.Uint32(e[12:]))
		from := uint64(at) + pos
		if from+ksize+vsize > uint64(len(data)) {
			return nil, broken(page, "element %d lies outside", i)
		}
		key, value := data[from:from+ksize], data[from+ksize:from+ksize+vsize]
		if i > 0 && bytes.Compare(last, key) >= 0 {
			return nil, broken(page, "its keys are out of order")
		}
		last = key
		if flags&leafBucket == 0 {
			if tables {
				return nil, broken(page, "there is a value among the tables")
			}
			continue
		}
		if len(value) < 16 {
			return nil, broken(page, "table %q is cut short", key)
		}
		if root := ne.Uint64(value); root != 0 {
			roots = append(roots, root)
			continue
		}
		if err := in.inline(page, value[16:]); err != nil {
			return nil, err
		}
	}
	return roots, nil
}

// inline checks a small table that lives in the value of its parent.
func (in *inspector) inline(page uint64, data []byte) error {
	if len(data) < pageHeader {
		return broken(page, "a table in it is cut short")
	}
	if flags := binary.NativeEndian.Uint16(data[8:]); flags != flagLeaf {
		return broken(page, "a table in it is of kind %#x", flags)
	}
	_, err := in.leaf(page, data, int(binary.NativeEndian.Uint16(data[10:])), false)
	return err
}

// freelist checks the list of free pages and marks them.
func (in *inspector) freelist() error {
	page := in.meta.freelist
	if page == noFreelist {
		return nil
	}
	if page < 2 || page >= in.meta.high {
		return broken(page, "it is outside the file's %d pages", in.meta.high)
	}
	data, flags, count, err := in.read(page)
	if err != nil {
		return err
	}
	if flags != flagFreelist {
		return broken(page, "it is not the list of free pages")
	}
	ids, n := data[pageHeader:], uint64(count)
	if count == 0xFFFF {
		n, ids = binary.NativeEndian.Uint64(ids), ids[8:]
	}
	if n > uint64(len(ids))/8 {
		return broken(page, "%d free pages do not fit in their list", n)
	}
	for i := range uint64(len(data)) / uint64(in.meta.pageSize) {
		if err := in.mark(page + i); err != nil {
			return err
		}
	}
	for i := range n {
		if err := in.mark(binary.NativeEndian.Uint64(ids[i*8:])); err != nil {
			return err
		}
	}
	return nil
}

// lost counts pages that are neither used nor free.
func (in *inspector) lost() (n int) {
	for page := uint64(2); page < in.meta.high; page++ {
		if in.seen[page/64]&(1<<(page%64)) == 0 {
			n++
		}
	}
	return n
}

// InspectFile reads every page of a file that nobody writes and returns the first thing that does not hold, wrapping
// store.ErrDamaged. It maps nothing, so that no damage can kill the process. It does not look into records; Verify
// does.
func InspectFile(path string) error {
	info, err := os.Stat(path) // before it is opened: opening a named pipe waits for its writer
	if err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("inspect: %s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	defer f.Close()
	info, err = f.Stat()
	if err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	in, both, err := newInspector(f, info.Size())
	if err == nil {
		in.deep = true
		err = in.all()
	}
	if err == nil && !both {
		err = fmt.Errorf("one of its two heads does not hold: %w", store.ErrDamaged)
	}
	if err == nil {
		if n := in.lost(); n > 0 {
			err = fmt.Errorf("%d pages are neither used nor free: %w", n, store.ErrDamaged)
		}
	}
	if err != nil && !errors.Is(err, store.ErrDamaged) {
		err = fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	if err != nil {
		return fmt.Errorf("inspect %s: %w", path, err)
	}
	return nil
}
