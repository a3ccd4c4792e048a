"""A made-up year and a half of two partners' work, done by the real commands at past times: for looking around."""

WELCOME = """
Choose whom to be:      %(url)s/demo
Everybody's mailbox:    %(url)s/demo/mails
"""
