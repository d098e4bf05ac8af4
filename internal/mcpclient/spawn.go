package mcpclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// patience is how long a server may take to end once it was told to.
const patience = 5 * time.Second

// Spawn starts a server and connects to it over its standard streams. Close
// ends it: by closing its input, then with an interrupt, then by force.
func Spawn(ctx context.Context, opt Options, binary string, args ...string) (*Client, error) {
	cmd := exec.Command(binary, args...)
	cmd.Stderr, cmd.Env = opt.Stderr, opt.Env
	out, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	in, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := newClient(opt)
	c.link = newConn(in, out, c.hear)
	c.close = sync.OnceValue(func() error { return errors.Join(c.link.close(), end(cmd, patience)) })
	if err := c.greet(ctx, opt); err != nil {
		return nil, errors.Join(fmt.Errorf("greet %s: %w", binary, err), c.Close())
	}
	return c, nil
}

// end waits for a process to end by itself, then asks it to, then kills it.
func end(cmd *exec.Cmd, patience time.Duration) error {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for _, stop := range []func() error{
		func() error { return cmd.Process.Signal(os.Interrupt) },
		cmd.Process.Kill,
	} {
		select {
		case err := <-ended:
			return err
		case <-time.After(patience):
			_ = stop() // it may have just ended
		}
	}
	return <-ended
}

// A Stdio server serves one client over a pair of streams.
// *mcpserver.Server is one.
type Stdio interface {
	ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error
}

// InProcess connects to a server of this process over pipes, as if it were
// another.
func InProcess(ctx context.Context, srv Stdio, opt Options) (*Client, error) {
	serverIn, out := io.Pipe()
	in, serverOut := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := srv.ServeStdio(context.WithoutCancel(ctx), serverIn, serverOut)
		serverIn.Close()
		serverOut.Close()
		ended <- err
	}()
	c := newClient(opt)
	c.link = newConn(in, out, c.hear)
	c.close = sync.OnceValue(func() error { return errors.Join(c.link.close(), <-ended) })
	if err := c.greet(ctx, opt); err != nil {
		return nil, errors.Join(fmt.Errorf("greet the server: %w", err), c.Close())
	}
	return c, nil
}
