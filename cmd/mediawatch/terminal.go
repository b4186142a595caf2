package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// terminal is what the process is connected to.
type terminal struct {
	columns int  // of the terminal that standard output is; 0: it is none
	asks    bool // a person can be asked: standard input and standard error are terminals
}

// defaultColumns is the width of a terminal that does not know its own.
const defaultColumns = 80

// terminalOf looks at the files of a process.
func terminalOf(stdin, stdout, stderr *os.File, getenv func(string) string) terminal {
	t := terminal{asks: isTerminal(stdin) && isTerminal(stderr)}
	if !isTerminal(stdout) {
		return t
	}
	t.columns = defaultColumns
	if n, _, err := term.GetSize(int(stdout.Fd())); err == nil && n > 0 {
		t.columns = n
	} else if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		t.columns = n
	}
	return t
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// colour is how a cell stands out on a terminal.
type colour string

const (
	plain  colour = ""
	bold   colour = "1"
	red    colour = "31"
	green  colour = "32"
	yellow colour = "33"
)

// paint colours a text, where colours are wanted: on a terminal that has them, unless NO_COLOR says otherwise (no-color.org).
func (w world) paint(c colour, s string) string {
	if c == plain || s == "" || w.term.columns == 0 || w.getenv("NO_COLOR") != "" || w.getenv("TERM") == "dumb" {
		return s
	}
	return "\x1b[" + string(c) + "m" + s + "\x1b[0m"
}

// confirm asks a person a question that is answered with yes or no; anything but yes is no. Where nobody can be asked it is yes.
func (w world) confirm(format string, args ...any) (bool, error) {
	if !w.term.asks {
		return true, nil
	}
	fmt.Fprintf(w.stderr, format+" [y/N] ", args...)
	answer, err := bufio.NewReader(w.stdin).ReadString('\n')
	if err != nil && err != io.EOF {
		return false, err
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes", nil
}
