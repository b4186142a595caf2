package mediawatch_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryAcceptanceCheckHasATest compares docs/acceptance.md with the names of the tests: every number of the list is in one, and no test
// has a number that the list does not.
func TestEveryAcceptanceCheckHasATest(t *testing.T) {
	text, err := os.ReadFile("docs/acceptance.md")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range regexp.MustCompile(`(?m)^\| ([A-Z]\d+) \|`).FindAllStringSubmatch(string(text), -1) {
		if slices.Contains(list, m[1]) {
			t.Errorf("%s is listed twice", m[1])
		}
		list = append(list, m[1])
	}
	numbers := regexp.MustCompile(`([PSXADGNO])0*(\d+)_`)
	names := regexp.MustCompile(`^Test(?:[PSXADGNO]\d+_)+`)
	tried := make(map[string]bool)
	for _, name := range testNames(t) {
		for _, m := range numbers.FindAllStringSubmatch(names.FindString(name), -1) {
			n := m[1] + m[2]
			if tried[n] = true; !slices.Contains(list, n) {
				t.Errorf("%s has the number %s, which docs/acceptance.md does not list", name, n)
			}
		}
	}
	for _, n := range list {
		if !tried[n] {
			t.Errorf("no test has %s in its name", n)
		}
	}
}

// testNames returns the names of all test functions of the module.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, files := range packages(t) {
		for path := range files {
			if !strings.HasSuffix(path, "_test.go") {
				continue
			}
			code, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range function.FindAllSubmatch(code, -1) {
				names = append(names, string(m[1]))
			}
		}
	}
	return names
}
