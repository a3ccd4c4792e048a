"""Who is asking: acts, passwords, and the portal sessions behind the cookie."""
