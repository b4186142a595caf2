package query

// nameForm is the sound of a name.
type nameForm struct{ raw string }

func newNameForm(raw string) (*nameForm, *mistake) {
	return nil, &mistake{0, "~name is not built yet", "name the spellings: (Raisi OR Raeisi)"}
}

func (n *nameForm) key() string { return n.raw }

func (n *nameForm) spans(ft *fieldText, want extent) []span { return nil }
