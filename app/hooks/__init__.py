"""Webhooks at the wire: what may be called, how it is called, and how what is sent and received is signed."""
