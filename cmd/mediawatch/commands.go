package main

// commands is the command line. Each command's Run is in the file that its subject names.
type commands struct {
	Config string `short:"c" placeholder:"FILE" complete:"file" help:"Configuration file (default: $$MEDIAWATCH_CONFIG, else mediawatch.toml here)."`

	Serve   serveCmd   `cmd:"" help:"Run the daemon."`
	Run     runCmd     `cmd:"" help:"Make one pass over due feeds and seed folders, then due digests, and exit."`
	Init    initCmd    `cmd:"" help:"Write a starter configuration."`
	Cfg     cfgCmd     `cmd:"" name:"config" help:"Check or show the configuration."`
	Reload  reloadCmd  `cmd:"" help:"Make the running daemon read its configuration again."`
	Parse   parseCmd   `cmd:"" help:"Show what is read from a feed document or seed file."`
	Import  importCmd  `cmd:"" help:"Bring in articles (.jsonl, .csv, a folder of seed files) or subscriptions (.opml)."`
	Feed    feedCmd    `cmd:"" help:"Subscriptions."`
	Opml    opmlCmd    `cmd:"" help:"Subscriptions as OPML."`
	Items   itemsCmd   `cmd:"" help:"List items, newest first."`
	Item    itemCmd    `cmd:"" help:"Show or forget an item."`
	Stories storiesCmd `cmd:"" help:"List stories that several items carry, or find those in a file."`
	Search  searchCmd  `cmd:"" help:"Search everything that is kept."`
	Count   countCmd   `cmd:"" help:"Count what a query matches."`
	Watch   watchCmd   `cmd:"" help:"Watches: list, test, explain, address."`
	Digest  digestCmd  `cmd:"" help:"Digests: preview, send, list, show, resend, release."`
	Mail    mailCmd    `cmd:"" help:"Mail."`

	Backup  backupCmd  `cmd:"" help:"Write a verified copy of the store, also while the daemon runs."`
	Restore restoreCmd `cmd:"" help:"Put a backup in the place of the store."`
	Verify  verifyCmd  `cmd:"" help:"Read everything and report what is damaged."`
	Compact compactCmd `cmd:"" help:"Rewrite the store without its free space."`
	Reindex reindexCmd `cmd:"" help:"Rebuild everything that is derived; announces nothing."`

	Stats       statsCmd       `cmd:"" help:"What is kept, in figures."`
	Healthcheck healthcheckCmd `cmd:"" help:"Exit 0 when the daemon is healthy."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
	Completion  completionCmd  `cmd:"" help:"Print the completion script of a shell."`
	Man         manCmd         `cmd:"" help:"Print the manual page."`
	Complete    completeCmd    `cmd:"" hidden:"" help:"What the completion scripts ask."`
}

// listing are the flags of every command that lists.
type listing struct {
	forms
	Limit int `default:"50" help:"At most this many (0: all)."`
}

// wholeListing are the flags of a listing of what is configured: a part of it would hide what is in trouble.
type wholeListing struct {
	forms
	Limit int `default:"0" help:"At most this many (0: all)."`
}

func (l wholeListing) listing() listing { return listing(l) }

// forms are what a listing can be printed as, besides a table.
type forms struct {
	JSON bool `name:"json" xor:"form" help:"One JSON object a line."`
	CSV  bool `name:"csv" xor:"form" help:"As CSV, with a head."`
}
