// Package torture ill-treats the real program and asks whether it kept its promises: it is killed while it reads,
// follows and delivers, its disk is filled, its file is damaged, and it is stopped under load.
//
// It holds tests only and looks at the program from outside: the command line, the socket, the mails and requests that
// arrive elsewhere. MEDIAWATCH_TORTURE=1 runs the long form of each test. What a single package promises is tested in
// that package.
package torture
