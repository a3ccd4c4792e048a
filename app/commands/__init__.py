"""Every write, one short function each, by noun. Commands never commit: the edge says `with transaction():`."""
