// Command folders measures the first look at a large seed folder: it generates one, lets mediawatch run over it, and
// prints time and memory.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	var m measurement
	flag.IntVar(&m.files, "files", 20_000, "seed files to generate")
	flag.Int64Var(&m.size, "size", 23_500, "bytes of each")
	flag.BoolVar(&m.pages, "pages", false, "saved web pages instead of texts")
	flag.StringVar(&m.program, "program", "./mediawatch", "the program to measure")
	flag.Parse()
	if err := m.run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// measurement is one first look.
type measurement struct {
	files   int
	size    int64
	pages   bool
	program string
	dir     string
}

func (m *measurement) run(out io.Writer) error {
	var err error
	if m.dir, err = os.MkdirTemp("", "folders"); err != nil {
		return err
	}
	defer os.RemoveAll(m.dir)
	if m.program, err = filepath.Abs(m.program); err != nil {
		return err
	}
	idle, _, err := m.look(0)
	if err != nil {
		return err
	}
	total, err := m.generate()
	if err != nil {
		return err
	}
	peak, took, err := m.look(m.files)
	if err != nil {
		return err
	}
	_, again, err := m.look(m.files)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d files, %d MB: first look %.0f s, peak %d MB, idle %d MB, above idle %d MB; second look %.1f s\n",
		m.files, total/1e6, took.Seconds(), peak>>20, idle>>20, (peak-idle)>>20, again.Seconds())
	return err
}

// look lets the program make one pass and returns the most anonymous memory it had, in bytes. Afterwards it counts what is kept.
func (m *measurement) look(want int) (peak int64, took time.Duration, err error) {
	config := filepath.Join(m.dir, "mediawatch.toml")
	shelf := filepath.Join(m.dir, "shelf")
	text := fmt.Sprintf("[store]\npath = %q\n[[seeds]]\ndir = %q\nrecursive = true\n[[watch]]\nname = \"harbour\"\nquery = \"harbour AND crane\"\n",
		filepath.Join(m.dir, "store.db"), shelf)
	if err := errors.Join(os.MkdirAll(shelf, 0o755), os.WriteFile(config, []byte(text), 0o644)); err != nil {
		return 0, 0, err
	}
	cmd := exec.Command(m.program, "-c", config, "run")
	cmd.Stderr = os.Stderr
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			took = time.Since(begun)
			return peak, took, errors.Join(err, m.count(config, want))
		case <-tick.C:
			peak = max(peak, anonymous(cmd.Process.Pid))
		}
	}
}

// count checks that all files are kept.
func (m *measurement) count(config string, want int) error {
	out, err := exec.Command(m.program, "-c", config, "stats").Output()
	if err != nil {
		return err
	}
	if got := strings.Fields(string(out)); len(got) < 2 || got[1] != strconv.Itoa(want) {
		return fmt.Errorf("%q kept, %d files", got, want)
	}
	return nil
}

// anonymous is RssAnon of a process in bytes.
func anonymous(pid int) int64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // it may have ended
	_, rest, _ := strings.Cut(string(data), "\nRssAnon:")
	kb, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.ParseInt(kb, 10, 64)
	return n << 10
}

// generate writes the folder: forty outlets, each in a sub-folder with lines of its own around the texts.
func (m *measurement) generate() (total int64, err error) {
	random := rand.New(rand.NewPCG(8, 5))
	words := make([]string, 8000)
	for i := range words {
		for range 2 + random.IntN(3) {
			words[i] += string("bcdfghklmnprstv"[random.IntN(15)]) + string("aeiou"[random.IntN(5)])
		}
	}
	words[17], words[170] = "harbour", "crane"
	old := time.Now().Add(-24 * time.Hour)
	for i := range m.files {
		dir := filepath.Join(m.dir, "shelf", fmt.Sprintf("outlet %02d", i%40))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return 0, err
		}
		name, text := fmt.Sprintf("%06d.txt", i), m.article(random, words, i)
		if m.pages {
			name, text = fmt.Sprintf("%06d.html", i), m.page(text)
		}
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o644), os.Chtimes(path, old, old)); err != nil {
			return 0, err
		}
		total += int64(len(text))
	}
	return total, nil
}

// article is a text of about m.size bytes; of a page it is the sixth part.
func (m *measurement) article(random *rand.Rand, words []string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Report %d of the %s\n\n2026-10-%02d 08:00:00\n\n", n, words[n%len(words)], 1+n%28)
	size := int(m.size)
	if m.pages {
		size /= 6
	}
	for b.Len() < size-200 {
		for range 3 + random.IntN(4) {
			for w := range 8 + random.IntN(16) {
				word := words[int(float64(len(words))*random.Float64()*random.Float64())]
				if w == 0 {
					word = strings.ToUpper(word[:1]) + word[1:]
				} else {
					b.WriteByte(' ')
				}
				b.WriteString(word)
			}
			b.WriteString(". ")
		}
		b.WriteString("\n\n")
	}
	fmt.Fprintf(&b, "The paper of outlet %d\nAll rights reserved\n", n%40)
	return b.String()
}

// page puts a text into a saved web page: menus, scripts and styles around it.
func (m *measurement) page(text string) string {
	title, body, _ := strings.Cut(text, "\n\n")
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html><html><head><meta charset=utf-8><title>%s</title><style>", title)
	for b.Len() < int(m.size)/4 {
		fmt.Fprintf(&b, ".c%d{margin:%dpx;color:#%06x}\n", b.Len(), b.Len()%40, b.Len())
	}
	b.WriteString("</style></head><body><nav><ul>")
	for b.Len() < int(m.size)/2 {
		fmt.Fprintf(&b, "<li class=\"c%d\"><a href=\"/s/%d\"><span>Section %d</span></a></li>", b.Len(), b.Len(), b.Len())
	}
	fmt.Fprintf(&b, "</ul></nav><article><h1>%s</h1>", title)
	for _, p := range strings.Split(body, "\n\n") {
		fmt.Fprintf(&b, "<p>%s</p>\n", p)
	}
	b.WriteString("</article><script>")
	for b.Len() < int(m.size)-40 {
		fmt.Fprintf(&b, "window.d%d={a:%d};", b.Len(), b.Len())
	}
	b.WriteString("</script></body></html>")
	return b.String()
}
