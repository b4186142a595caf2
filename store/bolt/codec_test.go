package bolt

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mediawatch/news"
	"mediawatch/store"
)

func TestD7_EveryFlippedBitOfARecordIsFound(t *testing.T) {
	for _, payload := range [][]byte{nil, {0}, []byte("a short record"), bytes.Repeat([]byte("a longer record "), 200)} {
		key := []byte{0, 0, 0, 0, 0, 0, 1, 7}
		value := seal(nil, bkHeads, key, payload)
		if got, err := unseal(bkHeads, key, value); err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("unseal: %q, %v", got, err)
		}
		for bit := range len(value) * 8 {
			value[bit/8] ^= 1 << (bit % 8)
			if _, err := unseal(bkHeads, key, value); !errors.Is(err, store.ErrDamaged) {
				t.Fatalf("bit %d of %d bytes: %v", bit, len(value), err)
			}
			value[bit/8] ^= 1 << (bit % 8)
		}
		for bit := range len(key) * 8 {
			key[bit/8] ^= 1 << (bit % 8)
			if _, err := unseal(bkHeads, key, value); !errors.Is(err, store.ErrDamaged) {
				t.Fatalf("bit %d of the key: %v", bit, err)
			}
			key[bit/8] ^= 1 << (bit % 8)
		}
		for n := range value {
			if _, err := unseal(bkHeads, key, value[:n]); !errors.Is(err, store.ErrDamaged) {
				t.Fatalf("cut to %d bytes: %v", n, err)
			}
		}
		if _, err := unseal(bkRevisions, key, value); !errors.Is(err, store.ErrDamaged) {
			t.Fatalf("in another table: %v", err)
		}
	}
}

func TestARecordOfALaterFormatIsRefused(t *testing.T) {
	key := []byte("key")
	value := seal(nil, bkFeeds, key, []byte("x"))
	body := append([]byte{frameVersion + 1}, 'x')
	value = append(value[:0], body...)
	sum := frameSum(bkFeeds, key, body)
	value = append(value, byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
	if _, err := unseal(bkFeeds, key, value); !errors.Is(err, store.ErrSchema) {
		t.Fatalf("error %v", err)
	}
}

func TestARecordWithFieldsOfALaterProgramIsRead(t *testing.T) {
	c, err := newCodec()
	if err != nil {
		t.Fatal(err)
	}
	type later struct {
		Seq   uint64            `cbor:"1,keyasint,omitempty"`
		Extra map[string]string `cbor:"99,keyasint,omitempty"`
	}
	var buf bytes.Buffer
	if err := c.marshal(&buf, later{Seq: 5, Extra: map[string]string{"a": "b"}}); err != nil {
		t.Fatal(err)
	}
	var r cursorRecord
	if err := c.unmarshal(bkCursors, nil, buf.Bytes(), &r); err != nil || r.Seq != 5 {
		t.Fatalf("%+v, %v", r, err)
	}
}

func TestRecordNumbersAreUsedOnce(t *testing.T) {
	for _, v := range []any{
		revisionRecord{}, feedRecord{}, fileRecord{}, originRecord{}, countsRecord{}, cursorRecord{}, memberRecord{}, matchRecord{}, lineRecord{},
		entryRecord{}, editionRecord{}, deliveryRecord{}, digestRecord{}, reportedRecord{}, renderedRecord{}, tombstoneRecord{}, urlKey{},
		textRecord{}, personRecord{}, enclosureRecord{}, evidenceRecord{},
	} {
		seen := make(map[string]string)
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			f := typ.Field(i)
			number, rest, _ := strings.Cut(f.Tag.Get("cbor"), ",")
			if other, twice := seen[number]; twice || number == "" || rest != "keyasint,omitempty" {
				t.Errorf("%s.%s has tag %q, like %q", typ, f.Name, f.Tag, other)
			}
			seen[number] = f.Name
		}
	}
}

func TestTimesSurviveToTheMicrosecond(t *testing.T) {
	firstSecond, lastSecond := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(firstSecond, lastSecond).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		got := fromMicros(micros(at))
		if want := at.UTC().Truncate(time.Microsecond); !got.Equal(want) {
			t.Fatalf("%v came back as %v", want, got)
		}
		other := time.Unix(rapid.Int64Range(firstSecond, lastSecond).Draw(t, "s"), 0)
		if a, b := orderedTime(micros(at)), orderedTime(micros(other)); (a < b) != got.Before(other) {
			t.Fatalf("%v and %v are out of order", at, other)
		}
	})
	if got := fromMicros(micros(time.Time{})); got != (time.Time{}) {
		t.Fatalf("the zero time came back as %v", got)
	}
}

func TestEntryIDsSurvive(t *testing.T) {
	for _, id := range []string{
		"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "urn:uuid:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6b",
		"urn:uuid:f81d4fae7dec-11d0-a765-00a0c91e6bf6-", "urn:uuid:", "tag:outlet.example,2026:1", "x", "",
	} {
		packed := packUUID(id)
		if got := unpackUUID(packed); got != id {
			t.Errorf("%q came back as %q", id, got)
		}
		if id == "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6" && len(packed) != 17 {
			t.Errorf("a canonical id takes %d bytes", len(packed))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.String().Draw(t, "id")
		if got := unpackUUID(packUUID(id)); got != id {
			t.Fatalf("%q came back as %q", id, got)
		}
	})
}

func TestBodiesSurvive(t *testing.T) {
	s, err := newStore("", Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Repeat(rapid.String().Draw(t, "text"), rapid.IntRange(1, 300).Draw(t, "times")))
		packed := s.pack(text)
		if len(packed) > len(text)+5 {
			t.Fatalf("%d bytes became %d", len(text), len(packed))
		}
		got, err := s.unpack(bkBodies, nil, packed)
		if err != nil || !bytes.Equal(got, text) {
			t.Fatalf("%d bytes came back as %d: %v", len(text), len(got), err)
		}
	})
	for name, bad := range map[string][]byte{
		"nothing": nil, "a length without an end": {0xff}, "too long": {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, "no frame": {5, 1, 2},
		"plain, but shorter": {10, 'a'},
	} {
		if _, err := s.unpack(bkBodies, nil, bad); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadingOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) *entryRecord {
			return &entryRecord{
				Backlog: rapid.Bool().Draw(t, name+" backlog"), Seq: rapid.Uint64Range(1, 1<<40).Draw(t, name+" seq"),
				Time: rapid.Int64Range(-1<<50, 1<<60).Draw(t, name+" time"),
			}
		}
		a, b := draw("a"), draw("b")
		want := 0
		switch {
		case a.Backlog != b.Backlog && b.Backlog, a.Backlog == b.Backlog && a.Backlog && a.Time > b.Time,
			a.Backlog == b.Backlog && (!a.Backlog || a.Time == b.Time) && a.Seq > b.Seq:
			want = -1
		case a.Backlog != b.Backlog || a.Backlog && a.Time != b.Time || a.Seq != b.Seq:
			want = 1
		}
		if got := bytes.Compare(readingKey("w", a), readingKey("w", b)); got != want {
			t.Fatalf("%+v and %+v compare as %d, want %d", a, b, got, want)
		}
	})
}

func TestEventLines(t *testing.T) {
	for n := range 3 {
		if _, err := decodeEvent(nil, make([]byte, n)); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if _, err := decodeEvent(nil, []byte{1, 0x80, 0x80}); !errors.Is(err, store.ErrDamaged) {
		t.Error("a number without an end was read")
	}
}

func TestEveryTableHasAName(t *testing.T) {
	seen := make(map[string]bool)
	for b := range bucketCount {
		if b.String() == "" || seen[b.String()] || strings.HasPrefix(b.String(), "index.") != b.index() {
			t.Errorf("table %d is called %q", b, b)
		}
		seen[b.String()] = true
	}
	if seen[rebuildName] {
		t.Error("a table has the name of the place where Reindex builds")
	}
	if got := bucket(200).String(); got != "bucket(200)" {
		t.Errorf("an unknown table is called %q", got)
	}
	var none news.Hash
	if hashBytes(&none) != nil || toHash(nil) != none {
		t.Error("no hash is kept as bytes")
	}
}
