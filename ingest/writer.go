package ingest

import (
	"context"
	"errors"
	"sync"
	"time"

	"mediawatch/store"
)

// The bounds of one transaction: whichever is reached first closes the batch. Each transaction rewrites most pages of
// the small indexes, so fewer are cheaper; larger ones take memory.
const (
	batchItems = 500
	batchDocs  = 1000
	batchWait  = 500 * time.Millisecond // how long the first document waits for company, unless somebody waits for it
	queueDocs  = 4                      // documents read but not yet taken into a batch
)

// Writer is the one writer of documents: it gathers what many readers bring and appends it in few transactions.
type Writer struct {
	journal  Appender
	appended func(store.Receipt)
	queue    chan pending
	stopped  chan struct{}

	mu      sync.Mutex
	idle    *sync.Cond
	waiting int           // documents given and not yet answered
	flushes int           // calls of Flush that wait
	hurry   chan struct{} // closed while any does
}

// pending is a document and whom to tell about it.
type pending struct {
	doc  store.Document
	done func(error)
}

// NewWriter starts a writer. appended is called after each transaction, one at a time; it may be nil. Stop ends the writer.
func NewWriter(journal Appender, appended func(store.Receipt)) *Writer {
	w := &Writer{journal: journal, appended: appended, queue: make(chan pending, queueDocs), stopped: make(chan struct{}), hurry: make(chan struct{})}
	w.idle = sync.NewCond(&w.mu)
	go w.loop()
	return w
}

// Put hands over a document and returns at once unless the queue is full. done is called, from another goroutine, when
// the document is kept (nil, or *LeftOut with what of it could not be) or refused as a whole.
func (w *Writer) Put(doc store.Document, done func(error)) {
	w.mu.Lock()
	w.waiting++
	w.mu.Unlock()
	w.queue <- pending{doc, done}
}

// Flush waits until every document handed over before has been answered. Meanwhile no document waits for company.
func (w *Writer) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.flushes++; w.flushes == 1 {
		close(w.hurry)
	}
	for w.waiting > 0 {
		w.idle.Wait()
	}
	if w.flushes--; w.flushes == 0 {
		w.hurry = make(chan struct{})
	}
}

// Stop flushes and ends the writer. Put must not be called any more.
func (w *Writer) Stop() {
	w.Flush()
	close(w.queue)
	<-w.stopped
}

func (w *Writer) loop() {
	defer close(w.stopped)
	for first := range w.queue {
		w.commit(w.gather(first))
	}
}

// gather takes what arrives within batchWait, up to the bounds of a batch; what is there already when somebody is in a hurry.
func (w *Writer) gather(first pending) []pending {
	batch := []pending{first}
	items := len(first.doc.Items)
	w.mu.Lock()
	hurry := w.hurry
	w.mu.Unlock()
	timer := time.NewTimer(batchWait)
	defer timer.Stop()
	late := false
	for items < batchItems && len(batch) < batchDocs {
		next, open := pending{}, false
		if late {
			select {
			case next, open = <-w.queue:
			default:
			}
		} else {
			select {
			case next, open = <-w.queue:
			case <-timer.C:
				late = true
				continue
			case <-hurry:
				late = true
				continue
			}
		}
		if !open {
			break
		}
		batch = append(batch, next)
		items += len(next.doc.Items)
	}
	return batch
}

// commit appends a batch. A batch that is refused is kept document by document, and each without what cannot be kept of
// it, so that one bad value takes nothing else with it.
func (w *Writer) commit(batch []pending) {
	kept := make([]*keeping, len(batch))
	docs := make([]store.Document, len(batch))
	for i, p := range batch {
		kept[i] = fitted(p.doc)
		docs[i] = kept[i].doc
	}
	if receipt, err := w.journal.Append(context.Background(), store.Batch{Documents: docs}); err == nil {
		w.tell(receipt)
		for i := range batch {
			w.answer(batch[i], kept[i].err())
		}
		return
	}
	for i := range batch {
		receipt, err := kept[i].keep(context.Background(), w.journal)
		var part *LeftOut
		if err == nil || errors.As(err, &part) {
			w.tell(receipt)
		}
		w.answer(batch[i], err)
	}
}

func (w *Writer) tell(receipt store.Receipt) {
	if w.appended != nil {
		w.appended(receipt)
	}
}

func (w *Writer) answer(p pending, err error) {
	if p.done != nil {
		p.done(err)
	}
	w.mu.Lock()
	if w.waiting--; w.waiting == 0 {
		w.idle.Broadcast()
	}
	w.mu.Unlock()
}
