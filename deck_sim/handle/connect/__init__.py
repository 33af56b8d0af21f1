"""Ways to call a server and applications: in this process, or over HTTP."""
