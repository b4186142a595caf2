package main

// The long help of commands whose one line leaves questions open. It is shown by --help, the manual page and docs/commands.md.

func (runCmd) Help() string {
	return `For those who have a cron of their own instead of the daemon: feeds that are due and all seed folders are read, followers work, digests that are due are written and sent. With --force every feed is asked, due or not; what a server asked for with Retry-After and 429 holds all the same.`
}

func (itemForgetCmd) Help() string {
	return `For what must not be kept, a court's order or a wish of the person concerned for example. Headline, texts and all revisions are removed for good, the id stays as a tombstone with the reason, and the same article never comes back. On a terminal the item is named and you are asked; --yes does not ask. The text of editions that tell of it is removed, too, and what was not sent of them is stopped (state failed; digest send --since makes a new edition without it; digest resend refuses). The answer names those editions, their files in digest folders, and the copies beside the store and in [backup] dir that may hold the text still. Inside the file of the store the bytes stay in unused places until mediawatch compact.`
}

func (countCmd) Help() string {
	return `The first line of the answer names what the count depends on, so that it can be repeated. Days, weeks (ISO 8601) and months are those of the item's effective time in UTC.`
}

func (storiesCmd) Help() string {
	return `With --jsonl a line is printed for each text, in the order of the file: id (of the text, as in the file), story (id of the first text of its story), relation (original, same text, same page, abridges, abridged by), score (0 to 1) and of (id of the text it was found a copy of; null for the first). Texts may be plain or HTML; an id must not be there twice, and without one the number of the line counts.`
}

func (healthcheckCmd) Help() string {
	return `For monitors: it asks the daemon over its socket what /healthz answers. Exit code 0 and "healthy" when all is well; 1 when no daemon answers or something is wrong, with a line for each problem. It opens no store.`
}

func (verifyCmd) Help() string {
	return `Nothing is written, so it also works on a read-only copy. Exit code 4 and a line for each problem when something is damaged.`
}

func (backupCmd) Help() string {
	return `The copy is read back before it gets its name. A file that is there is only replaced with --force, and only if it is a store of mediawatch.`
}

func (restoreCmd) Help() string {
	return `The backup is verified first. What was there stays beside it under the name that is printed: PATH.replaced, or PATH.replaced-2 when there is one already. The daemon must not run.`
}

func (digestSendCmd) Help() string {
	return `Without flags the next regular edition is made now and the digest's place moves on. With --since or --to it is an extra edition (morning+extra/1) and the place stays.`
}

func (digestResendCmd) Help() string {
	return `The same bytes under the same Message-ID, so that a mail program shows them once. An extra edition is named as digest list names it: morning+extra/1.`
}

func (feedAddCmd) Help() string {
	return `The address of a page will do: the feed behind it is found. Of several feeds none is added, they are listed to --pick from. What is added is saved in the store, with your name and the time; your configuration file is never changed.`
}

func (feedTestCmd) Help() string {
	return `Exit code 1 when it is no feed or cannot be had. docs/api.md has the fields of --json.`
}

func (parseCmd) Help() string {
	return `Neither store nor configuration is needed. Of an address one request is made, as [fetch] of the configuration says if there is one.`
}

func (cfgCheckCmd) Help() string {
	return `Mistakes end with exit code 2. Warnings (a seed folder that is not there, AND and OR mixed, a query that never matches, a digest that reaches nobody, mail without public_url, a feed twice) do so with --strict only.`
}

func (completionCmd) Help() string {
	return `For bash: mediawatch completion bash > /usr/share/bash-completion/completions/mediawatch. For zsh: as _mediawatch in a folder of $fpath. For fish: ~/.config/fish/completions/mediawatch.fish. Names of watches and digests are completed from the configuration.`
}
