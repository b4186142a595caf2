// Command acceptance prints the acceptance list with what its tests said.
//
//	go test -json -run '^Test[PSXADGNO][0-9]' ./... | go run ./bench/acceptance docs/acceptance.md
//
// A test carries the numbers of its checks in its name: TestP13_P14_FreshIsAFloor. The program exits with 1 when a
// check has no test, or a test failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// check is a row of the list.
type check struct {
	number, says string
	passed       []string
	skipped      []string
	failed       []string
}

var (
	row    = regexp.MustCompile(`^\| ([A-Z]\d+) \| (.*) \|$`)
	number = regexp.MustCompile(`([PSXADGNO])0*(\d+)_`)
	name   = regexp.MustCompile(`^Test(?:[PSXADGNO]\d+_)+`)
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go test -json ... | acceptance LIST.md")
		os.Exit(2)
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	checks := readList(string(text))
	if err := readResults(os.Stdin, checks); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if !report(os.Stdout, checks) {
		os.Exit(1)
	}
}

// readList returns the rows of the list's tables: | P1 | sentence |.
func readList(text string) (checks []*check) {
	for line := range strings.Lines(text) {
		if m := row.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			checks = append(checks, &check{number: m[1], says: m[2]})
		}
	}
	return checks
}

// numbers returns the checks that a test names: TestP03_P04_Both has P3 and P4.
func numbers(test string) (list []string) {
	for _, m := range number.FindAllStringSubmatch(name.FindString(test), -1) {
		list = append(list, m[1]+m[2])
	}
	return list
}

// readResults reads what go test -json writes (go doc test2json) and notes each ended test with its checks.
func readResults(in io.Reader, checks []*check) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event struct{ Action, Test, Package string }
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			fmt.Fprintln(os.Stderr, lines.Text()) // a message of the compiler
			continue
		}
		for _, c := range checks {
			if !slices.Contains(numbers(event.Test), c.number) || strings.Contains(event.Test, "/") {
				continue
			}
			test := event.Package + "." + event.Test
			switch event.Action {
			case "pass":
				c.passed = append(c.passed, test)
			case "skip":
				c.skipped = append(c.skipped, test)
			case "fail":
				c.failed = append(c.failed, test)
			}
		}
	}
	return lines.Err()
}

// report prints a line for each check, and what is missing; it reports whether every check passed.
func report(out io.Writer, checks []*check) bool {
	good := 0
	for _, c := range checks {
		state := "passed"
		switch {
		case len(c.failed) > 0:
			state = "FAILED"
		case len(c.passed) == 0 && len(c.skipped) > 0:
			state = "skipped"
		case len(c.passed) == 0:
			state = "NO TEST"
		default:
			good++
		}
		fmt.Fprintf(out, "%-4s %-8s %s\n", c.number, state, c.says)
		for _, test := range slices.Concat(c.failed, c.skipped, c.passed) {
			fmt.Fprintf(out, "              %s\n", strings.TrimPrefix(test, "mediawatch/"))
		}
	}
	fmt.Fprintf(out, "%d of %d checks passed\n", good, len(checks))
	return good == len(checks)
}
