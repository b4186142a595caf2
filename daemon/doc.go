// Package daemon runs mediawatch: ticks, queues, followers, digests, deliveries, the web server, the socket and reload.
//
// It wires the floors below together and owns their lifecycle. It decides nothing that they decide: what is new, the same, a
// match or a digest is theirs.
package daemon
