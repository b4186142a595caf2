package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// archive is what an import reads, as UTF-8 if that is known to be right.
type archive struct {
	*bufio.Reader
	charset string // what it was decoded from; "": nothing, it should be UTF-8
}

// openArchive decodes src by its byte-order mark, else as charset says; "" or utf-8 leaves it as it is.
func openArchive(src io.Reader, charset string) (archive, error) {
	in := bufio.NewReaderSize(src, 64<<10)
	head, _ := in.Peek(3) // a short file has no mark
	var enc encoding.Encoding
	switch {
	case bytes.Equal(head, []byte("\xef\xbb\xbf")):
		_, _ = in.Discard(3) // they are in the buffer
		return archive{Reader: in}, nil
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		enc, charset = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16"
	case charset == "":
		return archive{Reader: in}, nil
	default:
		var err error
		if enc, err = htmlindex.Get(strings.TrimSpace(charset)); err != nil {
			return archive{}, fmt.Errorf("charset %q is not known: utf-8, windows-1252 or another name of the WHATWG Encoding Standard expected", charset)
		}
		if charset, err = htmlindex.Name(enc); err != nil || charset == "utf-8" {
			return archive{Reader: in}, nil
		}
	}
	return archive{bufio.NewReaderSize(enc.NewDecoder().Reader(in), 64<<10), charset}, nil
}

// check refuses a text whose characters were lost, and says what to do.
func (s *archive) check(text string) error {
	switch {
	case s.charset != "" && strings.ContainsRune(text, utf8.RuneError):
		return fmt.Errorf("not %s: say --charset with the right one", s.charset)
	case s.charset == "" && !utf8.ValidString(text):
		return errors.New("not UTF-8: say --charset, windows-1252 for what a spreadsheet on Windows saved, or save the file as UTF-8")
	case strings.IndexByte(text, 0) >= 0:
		return errors.New("no plain text, it holds zero bytes: say --charset utf-16le if it is UTF-16, or save the file as UTF-8")
	}
	return nil
}
