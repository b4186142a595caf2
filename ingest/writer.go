package ingest

import (
	"context"
	"sync"
	"time"

	"mediawatch/store"
)

// The bounds of one transaction: whichever is reached first closes the batch. A larger one costs memory, a smaller one more work on pages an item.
const (
	batchItems = 1000
	batchDocs  = 1000
	batchWait  = 200 * time.Millisecond // how long the first document waits for company
	queueDocs  = 16                     // documents read but not yet taken into a batch
)

// Appender is the part of the journal that the Writer needs.
type Appender interface {
	Append(ctx context.Context, batch store.Batch) (store.Receipt, error)
}

// Writer is the one writer of documents: it gathers what many readers bring and appends it in few transactions.
type Writer struct {
	journal  Appender
	appended func(store.Receipt)
	queue    chan pending
	stopped  chan struct{}

	mu      sync.Mutex
	idle    *sync.Cond
	waiting int // documents given and not yet answered
}

// pending is a document and whom to tell about it.
type pending struct {
	doc  store.Document
	done func(error)
}

// NewWriter starts a writer. appended is called after each transaction, one at a time; it may be nil. Stop ends the writer.
func NewWriter(journal Appender, appended func(store.Receipt)) *Writer {
	w := &Writer{journal: journal, appended: appended, queue: make(chan pending, queueDocs), stopped: make(chan struct{})}
	w.idle = sync.NewCond(&w.mu)
	go w.loop()
	return w
}

// Put hands over a document and returns at once unless the queue is full. done is called, from another goroutine, when the document is kept or could not be.
func (w *Writer) Put(doc store.Document, done func(error)) {
	w.mu.Lock()
	w.waiting++
	w.mu.Unlock()
	w.queue <- pending{doc, done}
}

// Flush waits until every document handed over before has been answered.
func (w *Writer) Flush() {
	w.mu.Lock()
	for w.waiting > 0 {
		w.idle.Wait()
	}
	w.mu.Unlock()
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

// gather takes what arrives within batchWait, up to the bounds of a batch. It never waits when nobody else is on the way.
func (w *Writer) gather(first pending) []pending {
	batch := []pending{first}
	items := len(first.doc.Items)
	timer := time.NewTimer(batchWait)
	defer timer.Stop()
	for items < batchItems && len(batch) < batchDocs {
		select {
		case next, open := <-w.queue:
			if !open {
				return batch
			}
			batch = append(batch, next)
			items += len(next.doc.Items)
		case <-timer.C:
			return batch
		}
	}
	return batch
}

// commit appends a batch. A batch that fails is tried document by document, so that one bad document does not take others with it.
func (w *Writer) commit(batch []pending) {
	err := w.append(batch)
	if err != nil && len(batch) > 1 {
		for i := range batch {
			w.answer(batch[i:i+1], w.append(batch[i:i+1]))
		}
		return
	}
	w.answer(batch, err)
}

func (w *Writer) append(batch []pending) error {
	docs := make([]store.Document, len(batch))
	for i, p := range batch {
		docs[i] = p.doc
	}
	receipt, err := w.journal.Append(context.Background(), store.Batch{Documents: docs})
	if err == nil && w.appended != nil {
		w.appended(receipt)
	}
	return err
}

func (w *Writer) answer(batch []pending, err error) {
	for _, p := range batch {
		if p.done != nil {
			p.done(err)
		}
	}
	w.mu.Lock()
	if w.waiting -= len(batch); w.waiting == 0 {
		w.idle.Broadcast()
	}
	w.mu.Unlock()
}
