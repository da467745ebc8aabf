// Package hubtest tries a whole server: it starts one in a temporary directory,
// lets actors talk over real sockets, does harm to the server and to their
// connections, and has package checker judge what everybody sent and was shown.
//
// The main types are the [Server], which runs in this process or, so that it can
// be killed, in one of its own; the [Trial], one recorded run against a server;
// and the actors of a trial: the [Program], which speaks the machine mode,
// resumes after every cut and repeats what was not answered; the [Person], who
// has nothing but a socket; and the [Chatter], who has an IRC client. Programs also go
// by the web and by SSH, and persons by SSH. A [Workload] makes them talk at random.
//
// A server with a process of its own is the test binary itself, started again:
// so it is what is being tested, race detector included. Test packages that want
// one call [Main] from TestMain.
//
// Nothing here waits for a time to pass. Actors wait for what the server says,
// and whoever does harm waits for a number of acknowledgements. Only a trial as
// a whole has a time limit, after which it says who waits for what.
//
// Each Program, Person and Chatter has a goroutine for its connections and one that
// reads; Close waits for both. A Server has one that waits for its end.
package hubtest
