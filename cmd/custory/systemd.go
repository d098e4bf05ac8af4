package main

import (
	"fmt"
	"net"
	"os"
	"strings"
)

// tellSystemd tells the service manager that started this process, if one did
// and wants to know, how it fares.
func tellSystemd(state string) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	if abstract, ok := strings.CutPrefix(path, "@"); ok {
		path = "\x00" + abstract
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	defer c.Close()
	_, err = c.Write([]byte(state))
	return err
}
