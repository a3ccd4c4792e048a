"""Mail: facts become a message, a message goes to a relay or into the drop folder. Knows no tables."""
