package feeds

import (
	"errors"
	"io"
)

func startsJSON(s string) bool { return s[0] == '{' || s[0] == '[' }

func normalizeJSON(d decoded, o Options) (*Normalized, error) { return nil, errors.New("later") }

func (m *mapper) json(in io.Reader) error { return errors.New("later") }
