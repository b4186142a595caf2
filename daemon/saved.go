package daemon

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"mediawatch/config"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
	"mediawatch/web"
)

// Saved returns everything that people saved in a store.
func Saved(ctx context.Context, s store.Saved) ([]news.Saved, error) {
	var all []news.Saved
	for after := (news.Saved{}); ; after = all[len(all)-1] {
		page, err := s.Saved(ctx, after, 1000)
		if err != nil || len(page) == 0 {
			return all, err
		}
		all = append(all, page...)
	}
}

// orderSaved returns what people saved; the commands lay it over the configuration file.
func (d *Daemon) orderSaved(r *http.Request) (any, error) {
	list, err := Saved(r.Context(), d.o.Store)
	if list == nil {
		list = []news.Saved{}
	}
	return list, err
}

// orderImportSaved saves what an export holds. What is there already stays as it is.
func (d *Daemon) orderImportSaved(r *http.Request) (any, error) {
	name := strings.TrimSpace(r.FormValue("name"))
	if name == "" {
		return nil, web.BadRequest("an import needs a name")
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, maxExport+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxExport {
		return nil, web.BadRequest("%s is larger than %d bytes", name, maxExport)
	}
	changes, known, err := d.config.Load().Import(name, data, d.change(r))
	if err != nil {
		return nil, web.BadRequest("%v", err)
	}
	if err := d.save(r.Context(), changes...); err != nil {
		return nil, err
	}
	var t told
	for _, k := range known {
		t.add(k + " is there already and stays as it is")
	}
	return Done{Lines: t.all(), Summary: fmt.Sprintf("%s of %s saved, %d known", text.Count(len(changes), "record"), name, len(known))}, nil
}

// maxExport is the largest export that is read, in bytes.
const maxExport = 64 << 20

// orderRemoveWatch removes a saved watch.
func (d *Daemon) orderRemoveWatch(r *http.Request) (any, error) {
	name := r.PathValue("name")
	change, err := d.config.Load().RemoveWatch(name, d.change(r))
	if err != nil {
		return nil, web.BadRequest("%v", err)
	}
	if err := d.save(r.Context(), change); err != nil {
		return nil, err
	}
	return Done{Summary: "the watch " + name + " is removed; the ids of its published entries are kept for its return"}, nil
}

// change says who gives an order.
func (d *Daemon) change(r *http.Request) config.Change {
	return config.Change{Author: r.FormValue("author"), Time: d.o.Now()}
}

// save keeps what a person saved and takes it over.
func (d *Daemon) save(ctx context.Context, changes ...news.Saved) error {
	if len(changes) == 0 {
		return nil
	}
	if err := d.o.Store.Save(ctx, changes); err != nil {
		return err
	}
	_, err := d.Reload(ctx)
	return err
}
