package dedupe

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/zeebo/xxh3"
)

// SignVersion is the version of signatures and verdicts. IMPORTANT: a constant or rule of sign.go, judge.go or names.go
// that changes what comes out makes another version; the linker then recomputes every story.
const SignVersion = 2

const (
	// signSentences is how many sentence hashes, the smallest, are in a signature: they find what was cut, reordered or surrounded.
	signSentences = 8
	// sentenceTokens is how long a sentence must be to count.
	sentenceTokens = 6
	// leadGrams is how many word 3-grams, from the first, the bands stand for: they find what was edited in every sentence.
	leadGrams = 32
	// bands of bandRows minima each; two leads with Jaccard j share a band with probability 1 - (1-j^rows)^bands.
	bands    = 10
	bandRows = 3
	// gramWords is the length of a gram in tokens.
	gramWords = 3
	// leadBytes is room for 4 bits of each minimum.
	leadBytes = bands * bandRows / 2
	// leadAgreeing is how many minima must agree in these bits when two texts share but one band, which at a million
	// texts happens to unrelated ones all the time: the common phrases of a language are enough. Of leads with a
	// Jaccard similarity of .03, as those have, 3 in 1,000 agree so far; at .4, 19 in 20 do.
	leadAgreeing = 11
)

// MaxPrints is the most prints a signature has.
const MaxPrints = signSentences + bands

// Signature is what is kept of a text to find its near copies: hashes that copies share with high probability and other
// texts do not. The zero Signature finds nothing.
type Signature struct {
	Tokens int             // of the body
	Prints []uint64        // at most MaxPrints, different, rising; the last bit tells bands from sentences
	Lead   [leadBytes]byte // 4 bits of each minimum that the bands are made of
}

// finds reports whether a text that shares so many prints with this one is worth judging, banded only bands.
func (s *Signature) finds(lead *[leadBytes]byte, shared int, banded bool) bool {
	if shared > 1 || !banded {
		return true
	}
	agreeing := 0
	for i := range lead {
		differ := lead[i] ^ s.Lead[i]
		if differ&0x0F == 0 {
			agreeing++
		}
		if differ&0xF0 == 0 {
			agreeing++
		}
	}
	return agreeing >= leadAgreeing
}

// isBand tells a band from a sentence.
func isBand(print uint64) bool { return print&1 == 1 }

// Sign returns the signature of a text. It depends on the tokens and sentences of the body alone. A text shorter than a gram has no prints.
func (t *Text) Sign() Signature {
	s := Signature{Tokens: t.body.n}
	if t.body.n < gramWords {
		return s
	}
	s.Prints = make([]uint64, 0, MaxPrints)
	s.Prints = t.body.sentences(s.Prints)
	s.Prints = t.body.lead(s.Prints, &s.Lead)
	slices.Sort(s.Prints)
	s.Prints = slices.Compact(s.Prints)
	return s
}

// sentences appends the smallest sentence hashes.
func (t *tokens) sentences(dst []uint64) []uint64 {
	least := dst[len(dst):]
	start := 0
	for _, end := range t.ends {
		words := t.buf[start:end]
		start = end
		h := xxh3.HashSeed(words, seedSentence)
		full := len(least) == signSentences
		if full && h >= least[signSentences-1] || !atLeast(words, sentenceTokens) {
			continue
		}
		at, found := slices.BinarySearch(least, h)
		if found {
			continue
		}
		if full {
			least = least[:signSentences-1]
		}
		least = slices.Insert(least, at, h)
	}
	for i := range least { // spread over all values again, which the smallest are not
		least[i] = mix(least[i]) &^ 1
	}
	return dst[:len(dst)+len(least)]
}

// atLeast reports whether words, each followed by a space, are n or more.
func atLeast(words []byte, n int) bool {
	for _, c := range words {
		if c == ' ' {
			if n--; n == 0 {
				return true
			}
		}
	}
	return false
}

// lead appends the bands over the first grams, and tells 4 bits of each minimum.
func (t *tokens) lead(dst []uint64, told *[leadBytes]byte) []uint64 {
	var grams [leadGrams]uint64
	n := 0
	for g := range t.grams() {
		grams[n] = g
		if n++; n == leadGrams {
			break
		}
	}
	for b := range uint64(bands) {
		h := seedBand + b
		for r := range uint64(bandRows) {
			which := b*bandRows + r
			m := least(grams[:n], which+1)
			h = mix(h ^ m)
			told[which/2] |= byte(m>>24) & 0x0F << (which % 2 * 4)
		}
		dst = append(dst, h|1)
	}
	return dst
}

// least is the smallest value of one of many hash functions over grams.
func least(grams []uint64, which uint64) uint64 {
	m, by := ^uint64(0), which*0x9E3779B97F4A7C15
	for _, g := range grams {
		m = min(m, (g^by)*0xD6E8FEB86659FD93) // without a branch, which nothing could predict
	}
	return m
}

// The seeds keep the kinds of print apart.
const (
	seedSentence = 0x53454E54
	seedBand     = 0x42414E4453
)

// grams yields the hash of each run of three tokens, in order.
func (t *tokens) grams() func(func(uint64) bool) {
	return func(yield func(uint64) bool) {
		var a, b uint64
		n := 0
		for h := range t.hashes() {
			if n++; n >= gramWords && !yield(gram(a, b, h)) {
				return
			}
			a, b = b, h
		}
	}
}

// gram joins the hashes of three tokens in their order.
func gram(a, b, c uint64) uint64 { return mix(mix(a*3+b) + c) }

// hashes yields the hash of each token.
func (t *tokens) hashes() func(func(uint64) bool) {
	return func(yield func(uint64) bool) {
		h := uint64(fnvOffset)
		for _, c := range t.buf {
			if c != ' ' {
				h = (h ^ uint64(c)) * fnvPrime
				continue
			}
			if !yield(h) {
				return
			}
			h = fnvOffset
		}
	}
}

// hashOf is the hash of one token.
func hashOf(token []byte) uint64 {
	h := uint64(fnvOffset)
	for _, c := range token {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return h
}

// FNV-1a, 64 bit.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// mix spreads a value over all bits (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// Encode returns the bytes of a signature: version, tokens, lead, prints.
func (s Signature) Encode() []byte {
	b := make([]byte, 0, 4+leadBytes+8*len(s.Prints))
	b = append(b, SignVersion)
	b = binary.AppendUvarint(b, uint64(s.Tokens))
	b = append(b, s.Lead[:]...)
	for _, p := range s.Prints {
		b = binary.LittleEndian.AppendUint64(b, p)
	}
	return b
}

// DecodeSignature is the inverse of Encode. A signature of another version is an error.
func DecodeSignature(b []byte) (Signature, error) {
	if len(b) == 0 || b[0] != SignVersion {
		return Signature{}, fmt.Errorf("a signature of another version than %d", SignVersion)
	}
	n, used := binary.Uvarint(b[1:])
	prints := len(b) - 1 - used - leadBytes
	if used <= 0 || n > maxTokens || prints < 0 || prints%8 != 0 || prints > 8*MaxPrints {
		return Signature{}, fmt.Errorf("a signature of %d bytes that cannot be read", len(b))
	}
	s := Signature{Tokens: int(n)}
	copy(s.Lead[:], b[1+used:])
	for b = b[1+used+leadBytes:]; len(b) > 0; b = b[8:] {
		s.Prints = append(s.Prints, binary.LittleEndian.Uint64(b))
	}
	return s, nil
}
