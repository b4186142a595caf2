package torture_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// harm is one way to damage a file.
type harm struct {
	name  string
	do    func(rng *rand.Rand, data []byte) []byte
	fatal bool // it can never go unnoticed
}

const pageSize = 4096

var harms = []harm{
	{"cut short", func(rng *rand.Rand, data []byte) []byte { return data[:rng.IntN(len(data)/8)] }, true},
	{"a few bytes", func(rng *rand.Rand, data []byte) []byte { return data[:1+rng.IntN(8*1024)] }, true},
	{"other content", func(rng *rand.Rand, data []byte) []byte {
		for i := range data[:64<<10] {
			data[i] = byte(rng.Uint32())
		}
		return data
	}, true},
	{"both heads", func(rng *rand.Rand, data []byte) []byte {
		for i := range 2 * pageSize {
			data[i] ^= byte(1 + rng.IntN(255))
		}
		return data
	}, true},
	{"one head", func(rng *rand.Rand, data []byte) []byte {
		at := rng.IntN(2) * pageSize
		for i := range 64 {
			data[at+i] ^= 0x5a
		}
		return data
	}, false},
	{"a page of zeros", func(rng *rand.Rand, data []byte) []byte {
		at := (2 + rng.IntN(len(data)/pageSize-2)) * pageSize
		clear(data[at : at+pageSize])
		return data
	}, false},
	{"a page of noise", func(rng *rand.Rand, data []byte) []byte {
		at := (2 + rng.IntN(len(data)/pageSize-2)) * pageSize
		for i := range pageSize {
			data[at+i] = byte(rng.Uint32())
		}
		return data
	}, false},
	{"the head of a page", func(rng *rand.Rand, data []byte) []byte {
		at := (2 + rng.IntN(len(data)/pageSize-2)) * pageSize
		for i := range 16 {
			data[at+i] = byte(rng.Uint32())
		}
		return data
	}, false},
	{"pages exchanged", func(rng *rand.Rand, data []byte) []byte {
		a := (2 + rng.IntN(len(data)/pageSize-2)) * pageSize
		b := (2 + rng.IntN(len(data)/pageSize-2)) * pageSize
		page := append([]byte(nil), data[a:a+pageSize]...)
		copy(data[a:], data[b:b+pageSize])
		copy(data[b:], page)
		return data
	}, false},
	{"single bits", func(rng *rand.Rand, data []byte) []byte {
		for range 20 {
			data[2*pageSize+rng.IntN(len(data)-2*pageSize)] ^= 1 << rng.IntN(8)
		}
		return data
	}, false},
}

// TestD6_DamagedFiles damages the file in many ways. A command either does its work, when what is damaged is nothing it
// needs, or says in one line what is wrong and in one what to do, with exit code 4. There is never a trace, nor another
// code.
func TestD6_DamagedFiles(t *testing.T) {
	n := cycles(t, 150, 1500)
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 6))
	v := newVictim(t, 3, 11)
	for range 8 {
		v.addSeed()
	}
	v.run("run", "--force")
	v.run("run", "--force")
	whole := trimmed(t, v)
	found := 0
	for i := range n {
		how := harms[i%len(harms)]
		damaged := how.do(rng, append([]byte(nil), whole...))
		commands := [][]string{{"verify"}, {"items", "--json", "--limit", "0"}}
		if i%7 == 0 {
			commands = [][]string{{"serve"}, {"run"}, {"stats"}}
		}
		for _, args := range commands {
			if err := os.WriteFile(v.store(), damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			if v.surviveDamage(how, args) {
				found++
			}
			if t.Failed() {
				keep := v.path("damaged.db")
				_ = os.WriteFile(keep, damaged, 0o600) // only for whoever looks at the failure
				t.FailNow()
			}
		}
	}
	if found < n {
		t.Errorf("only %d of %d damages were found: the test has lost its teeth", found, n)
	}
	t.Logf("%d damages, found by %d commands", n, found)
}

// trimmed returns the store's bytes up to the last page that is in use: a file is grown ahead, and damage behind the data is none.
func trimmed(t *testing.T, v *victim) []byte {
	v.run("compact")
	data, err := os.ReadFile(v.store())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// surviveDamage runs a command on the damaged store and reports whether it noticed.
func (v *victim) surviveDamage(how harm, args []string) bool {
	v.t.Helper()
	p := v.start(args...)
	if args[0] == "serve" {
		select {
		case <-p.ended:
		case <-time.After(3 * time.Second): // it serves: what is damaged is nothing it needed
			p.kill()
			return false
		}
	}
	code := p.code()
	said := regexp.MustCompile(`(?m)^time=\S+ level=(INFO|WARN) .*\n`).ReplaceAllString(p.err.String(), "") // what serve recorded before it ended
	what := fmt.Sprintf("%s, then mediawatch %s", how.name, strings.Join(args, " "))
	if strings.Contains(said, "goroutine ") || strings.Contains(said, "panic:") || strings.Contains(said, "fatal error") {
		v.t.Errorf("%s: a trace\n%s", what, said)
	}
	switch {
	case code == 4 && strings.Count(said, "\n") == 2:
		return true
	case code == 4:
		v.t.Errorf("%s: %d lines, want one of what is wrong and one of what to do\n%s", what, strings.Count(said, "\n"), said)
	case code != 0:
		v.t.Errorf("%s: exit code %d\n%s", what, code, said)
	case how.fatal:
		v.t.Errorf("%s: nothing was noticed\n%s", what, p.out.String())
	}
	return false
}
