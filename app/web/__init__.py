"""HTTP: one file per resource. A view authorises, parses, calls one command or query, and answers."""
