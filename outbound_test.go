package mediawatch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// connects are the ways of the standard library to open a connection, or to make what does.
var connects = map[string][]string{
	"net/http":   {"Client", "DefaultClient", "Get", "Head", "Post", "PostForm", "Transport", "DefaultTransport"},
	"net":        {"Dial", "DialTimeout", "Dialer", "DialTCP", "DialUDP", "DialIP", "DialUnix"},
	"crypto/tls": {"Dial", "DialWithDialer", "Dialer"},
}

// mayConnect names the files that connect without the guard, and to what.
var mayConnect = map[string]string{
	"cmd/mediawatch/client.go": "the daemon's socket, or this very process",
	"daemon/socket.go":         "the daemon's socket",
}

// TestS12_OneWayOut: everything outbound goes through package fetch and so through its guard. Mail is the exception:
// its server is the operator's.
func TestS12_OneWayOut(t *testing.T) {
	inFetch := 0
	for dir, files := range packages(t) {
		if dir == "mail" || strings.HasPrefix(dir, "bench") {
			continue
		}
		for name := range files {
			path := filepath.ToSlash(filepath.Join(dir, filepath.Base(name)))
			if strings.HasSuffix(path, "_test.go") || mayConnect[path] != "" {
				continue
			}
			for _, use := range connections(t, path) {
				if dir == "fetch" {
					inFetch++
					continue
				}
				t.Errorf("%s uses %s: outbound requests go through package fetch", path, use)
			}
		}
	}
	if inFetch == 0 {
		t.Error("no connection is found even in package fetch: this test sees nothing")
	}
}

// connections returns what a file uses to connect.
func connections(t *testing.T, path string) (uses []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	imported := map[string]string{}
	for _, spec := range file.Imports {
		p := strings.Trim(spec.Path.Value, `"`)
		local := p[strings.LastIndex(p, "/")+1:]
		if spec.Name != nil {
			local = spec.Name.Name
		}
		imported[local] = p
	}
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(connects[imported[x.Name]], sel.Sel.Name) {
			uses = append(uses, x.Name+"."+sel.Sel.Name)
		}
		return true
	})
	return uses
}
