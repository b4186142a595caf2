package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"mediawatch/news"
)

// DefaultFile is the configuration file that is looked for in the working directory.
const DefaultFile = "mediawatch.toml"

// SystemFile is the configuration file of a machine's service.
const SystemFile = "/etc/mediawatch/mediawatch.toml"

// maxFile is the largest configuration file that is read, in bytes.
const maxFile = 4 << 20

// ErrNotFound is what Find and Load return when there is no configuration file.
var ErrNotFound = errors.New("no configuration file")

// Options are what Load needs beside the file.
type Options struct {
	Env []string // such as os.Environ gives
	Dir string   // where a relative path of the file itself starts; "" the working directory

	// Saved returns what people saved in the store at the path; nil: nothing. Its error ends Load and is returned as it is.
	Saved func(storePath string) ([]news.Saved, error)

	// Partial says that more is about to be saved: a digest may name watches that are not there.
	Partial bool
}

// StorePath returns the path of the store alone, for commands that must work whatever else is wrong. The error is one of those of Load.
func StorePath(path string, o Options) (string, error) {
	src, full, err := o.read(path)
	if err != nil {
		return "", err
	}
	k, fault := newChecker(src, full, o.Env)
	if fault != nil {
		return "", k.err()
	}
	k.store()
	if err := k.err(); err != nil {
		return "", err
	}
	return k.cfg.Store.Path, nil
}

// LogOf returns how the daemon reports, as StorePath does the path of the store: for what happens while the rest is still being read.
func LogOf(path string, o Options) (Log, error) {
	src, full, err := o.read(path)
	if err != nil {
		return Log{}, err
	}
	k, fault := newChecker(src, full, o.Env)
	if fault != nil {
		return Log{}, k.err()
	}
	k.log()
	return k.cfg.Log, k.err()
}

// Find returns the file to load: the one of the flag -c, else the one $MEDIAWATCH_CONFIG names, else mediawatch.toml in the
// working directory, else the service's, so that what an administrator types asks the store of the service.
func Find(flag string, env []string) string {
	if flag != "" {
		return flag
	}
	if name, ok := lookup(env, envPrefix+"CONFIG"); ok && name != "" {
		return name
	}
	if missing(DefaultFile) && !missing(SystemFile) {
		return SystemFile
	}
	return DefaultFile
}

// missing reports whether there is certainly no such file; one that may not be read is there.
func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// Load reads the configuration file at path and everything that belongs to it. The error is an *Errors with all mistakes, or
// wraps ErrNotFound when the file does not exist, or says why it cannot be read.
func Load(path string, o Options) (*Config, error) {
	src, full, err := o.read(path)
	if err != nil {
		return nil, err
	}
	return load(src, full, o)
}

// read reads the configuration file and returns its absolute path.
func (o Options) read(path string) (src *source, full string, err error) {
	full = path
	if !filepath.IsAbs(full) {
		full = filepath.Join(o.Dir, path)
	}
	full, err = filepath.Abs(full)
	if err != nil {
		return nil, "", fmt.Errorf("read configuration %s: %w", path, err)
	}
	data, err := readFile(full)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("%w: %s does not exist (%s writes one)", ErrNotFound, path, initCommand(path))
	}
	if err != nil {
		return nil, "", fmt.Errorf("read configuration %s: %w", path, err)
	}
	return newSource(path, data), full, nil
}

// initCommand is the command that writes a configuration to path.
func initCommand(path string) string {
	switch {
	case path == DefaultFile:
		return "mediawatch init"
	case strings.ContainsFunc(path, func(r rune) bool { return strings.ContainsRune(" \t'\"\\$`*?&;()<>|#~", r) }):
		return "mediawatch init '" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return "mediawatch init " + path
}

// load reads the document src of the file at the absolute path full.
func load(src *source, full string, o Options) (*Config, error) {
	k, fault := newChecker(src, full, o.Env)
	if fault == nil {
		k.partial = o.Partial
		if err := k.all(o.Saved); err != nil {
			return nil, err
		}
	}
	if err := k.err(); err != nil {
		return nil, err
	}
	k.cfg.Warnings = k.warnings()
	return k.cfg, nil
}

// newChecker binds a document to the schema.
func newChecker(src *source, full string, env []string) (*checker, *Mistake) {
	c := newCollector(src.name)
	root, fault := parseTree(src)
	if fault != nil {
		c.list = append(c.list, *fault)
		root = newTable(src, 0) // the environment's mistakes are found all the same
	}
	applyEnv(c, root, env)
	raw := &rawConfig{}
	bind(c, root, raw)
	return &checker{
		collector: c, raw: raw, env: env, dir: filepath.Dir(full), shown: filepath.Dir(src.name),
		cfg: &Config{File: full, Lists: map[string][]string{}},
	}, fault
}

// IsConfig returns nil when the file is a configuration of this program, sound or not, else why it is none.
func IsConfig(path string) error {
	data, err := readFile(path)
	if err != nil {
		return err
	}
	root, fault := parseTree(newSource(path, data))
	if fault != nil {
		return errors.New(fault.String())
	}
	known := keysOf(reflect.TypeFor[rawConfig]())
	for key := range root.kids {
		if !slices.Contains(known, key) {
			return fmt.Errorf("it has a table or key %q", key)
		}
	}
	if len(root.kids) == 0 {
		return errors.New("it has no tables")
	}
	return nil
}

// readFile reads a regular file of at most maxFile bytes.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d bytes", maxFile)
	}
	return data, nil
}

// plain returns an error's text without the operation and the path that the os package puts before it.
func plain(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// abs returns the absolute path of one written in the configuration file.
func (k *checker) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(k.dir, path)
}

// show returns a path as people would write it: from the folder the configuration file was named in, if it is below that.
func (k *checker) show(path string) string {
	if rel, err := filepath.Rel(k.dir, path); err == nil && filepath.IsLocal(rel) {
		return filepath.Join(k.shown, rel)
	}
	return path
}

// secret returns a secret: from the environment, else from a systemd credential (systemd.exec(5), LoadCredential=) called
// TABLE_KEY, else from the file the configuration names, else as written. One line break at its end is dropped. The
// credential comes before the file, so that one configuration serves both the service, whose user may not read the file,
// and an administrator, who has no credential.
func (k *checker) secret(name, written, file string, at place) string {
	if value, ok := lookup(k.env, envPrefix+strings.ToUpper(name)); ok {
		return value
	}
	if dir, ok := lookup(k.env, "CREDENTIALS_DIRECTORY"); ok && dir != "" {
		if data, err := readFile(filepath.Join(dir, name)); err == nil {
			return oneLine(data)
		} else if !errors.Is(err, fs.ErrNotExist) {
			k.add(at, "", "the credential %s cannot be read: %s", name, plain(err))
		}
	}
	if file != "" {
		data, err := readFile(k.abs(file))
		if err != nil {
			k.add(at, secretHint(err, name, file), "%s cannot be read: %s", file, plain(err))
			return ""
		}
		if oneLine(data) == "" {
			k.add(at, "", "%s is empty", file)
		}
		return oneLine(data)
	}
	return written
}

// secretHint says what to do about a secret's file that cannot be read.
func secretHint(err error, name, file string) string {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Sprintf("let this user read it (chown root:mediawatch and chmod 640), or hand it over in the unit with LoadCredential=%s:%s", name, file)
	}
	return ""
}

func oneLine(data []byte) string {
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
}

// unique reports the second use of a name.
func (k *checker) unique(seen map[string]place, name string, at place, what string) {
	if first, ok := seen[name]; ok && name != "" {
		where := fmt.Sprintf("line %d", first.line)
		if first.file != at.file {
			where = first.file
		}
		k.add(at, "the first is in "+where, "%s %q is there twice", what, name)
		return
	}
	seen[name] = at
}

// oneOf checks a key that takes one of a few words.
func (k *checker) oneOf(t *table, key, value string, words ...string) string {
	if slices.Contains(words, value) {
		return value
	}
	hint := `write "` + strings.Join(words, `" or "`) + `"`
	if near := nearest(value, words); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	k.add(t.at(key), hint, "%s: %q is not known", key, value)
	return words[0]
}
