"""The sandboxed template expressions of scenario files."""
