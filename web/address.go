package web

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"mediawatch/config"
)

// BaseURL is the address under which people reach the program, without a slash at the end.
func BaseURL(cfg *config.Config) string {
	if cfg.Web.PublicURL != "" {
		return cfg.Web.PublicURL
	}
	return LocalURL(cfg)
}

// LocalURL is the address under which this machine reaches the program, without a slash at the end.
func LocalURL(cfg *config.Config) string {
	host, port, err := net.SplitHostPort(cfg.Web.Listen)
	if err != nil {
		return "http://" + cfg.Web.Listen
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// FeedURL is the address of a watch's published feed.
func FeedURL(cfg *config.Config, watch string) string {
	return BaseURL(cfg) + "/feeds/" + url.PathEscape(watch) + ".atom"
}

// EditionURL is the address of an edition's page.
func EditionURL(cfg *config.Config, digest string, number int) string {
	return EditionPage(BaseURL(cfg), digest, number)
}

// EditionPage is the address of an edition's page under base, which has no slash at its end.
func EditionPage(base, digest string, number int) string {
	return base + "/digests/" + url.PathEscape(digest) + "/" + strconv.Itoa(number)
}

// EditionID is how people write an edition: morning/7.
func EditionID(digest string, number int) string { return fmt.Sprintf("%s/%d", digest, number) }

// ParseEdition is the inverse of EditionID.
func ParseEdition(id string) (digest string, number int, err error) {
	digest, n, ok := strings.Cut(id, "/")
	if number, err = strconv.Atoi(n); !ok || err != nil || number < 0 || digest == "" {
		return "", 0, BadRequest("%q is not an edition: write it as digest list prints it, morning/7", id)
	}
	return digest, number, nil
}
