package mcpserver

func serveForSuite(string) {}
