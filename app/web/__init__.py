"""HTTP: one file per resource. A view authorises, parses, calls one command or query, and answers."""

# Of a web process, at most.
THREADS = 24
