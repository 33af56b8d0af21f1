"""Ways to a server and to applications: in this process, or over HTTP."""
