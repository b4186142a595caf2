package mediawatch_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestT08D_DocsIndex: docs/README.md lists every page of docs once, and no page that is not there.
func TestT08D_DocsIndex(t *testing.T) {
	index, err := os.ReadFile("docs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]int{}
	for _, m := range regexp.MustCompile(`\]\(([^)/]+\.md)\)`).FindAllStringSubmatch(string(index), -1) {
		listed[m[1]]++
	}
	pages, err := filepath.Glob("docs/*.md")
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		name := filepath.Base(page)
		if name == "README.md" {
			continue
		}
		if listed[name] != 1 {
			t.Errorf("docs/README.md lists %s %d times, it should once", name, listed[name])
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("docs/README.md lists %s, which is not there", name)
	}
}

// TestT08D_LinksOfDocs: what README, CHANGELOG, CONTRIBUTING, SECURITY and the pages of docs link to is there.
func TestT08D_LinksOfDocs(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md") {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`).FindAllStringSubmatch(string(content), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
	}
}

// TestT08D_MakeTargets: CONTRIBUTING.md says what each target of the Makefile is for.
func TestT08D_MakeTargets(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	contributing, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	targets := regexp.MustCompile(`(?m)^([a-z][a-z-]*):`).FindAllStringSubmatch(string(makefile), -1)
	if len(targets) < 10 {
		t.Fatalf("only %d targets", len(targets))
	}
	for _, m := range targets {
		if !strings.Contains(string(contributing), "`make "+m[1]+"`") {
			t.Errorf("CONTRIBUTING.md does not say what make %s does", m[1])
		}
	}
}
