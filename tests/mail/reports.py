"""Reports as the servers of the world write them; `{to}` is the address they come back to, `{name}` the Message-ID."""

FINAL = "maria@contoso.example"


def dsn(to: str, name: str, status: str, *, original: str = "text/rfc822-headers", more: str = "") -> str:
    """A report as RFC 3464 has it, with the fields of its recipients as given."""
    return f"""\
Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.assent.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9B095B5ADSN=_01DB3C2A/mx.assent.example"
Message-Id: <20261121090102.4F1B2C@mx.assent.example>
{more}
This is a MIME-encapsulated message.

--9B095B5ADSN=_01DB3C2A/mx.assent.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--9B095B5ADSN=_01DB3C2A/mx.assent.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.assent.example
X-Postfix-Queue-ID: 4F1B2C
Arrival-Date: Sat, 21 Nov 2026 09:01:00 +0000 (UTC)

{status.strip()}

--9B095B5ADSN=_01DB3C2A/mx.assent.example
Content-Description: Undelivered Message
Content-Type: {original}

Return-Path: <{to}>
From: Fabrikam <assent@assent.example>
To: Maria Ek <{FINAL}>
Subject: Fabrikam asks Contoso to accept the Microsoft Customer Agreement
Message-ID: {name}

--9B095B5ADSN=_01DB3C2A/mx.assent.example--
"""


POSTFIX = """
Final-Recipient: rfc822; maria@contoso.example
Original-Recipient: rfc822;maria@contoso.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.contoso.example
Diagnostic-Code: smtp; 550 5.1.1 <maria@contoso.example>: Recipient address
    rejected: User unknown in virtual mailbox table
"""
EXIM = """
Action: failed
Final-Recipient: rfc822;maria@contoso.example
Status: 5.0.0
Remote-MTA: dns; mx.contoso.example
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
 550 5.1.1 Please try double-checking the recipient's address
"""
OFFICE = """
Final-Recipient: rfc822;maria@contoso.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient maria@contoso.example not found by SMTP
 address lookup
X-Display-Name: Maria Ek
"""
GMAIL = """
Final-Recipient: rfc822; maria@contoso.example
Action: failed
Status: 5.2.1
Diagnostic-Code: smtp; 550-5.2.1 The email account that you tried to reach is inactive.
Last-Attempt-Date: Sat, 21 Nov 2026 01:01:02 -0800 (PST)
"""
SES = """
Final-Recipient: rfc822; maria@contoso.example
Action: failed
Remote-MTA: dns; mx.contoso.example
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full
Status: 5.2.2
"""
BLOCKED = """
Final-Recipient: rfc822; maria@contoso.example
Action: failed
Status: 5.7.1
Diagnostic-Code: smtp; 550 5.7.1 Service unavailable, client host [192.0.2.1] blocked using Spamhaus
"""
GAVE_UP = """
Final-Recipient: rfc822; maria@contoso.example
Action: failed
Status: 4.4.1
Diagnostic-Code: X-Postfix; connect to mx.contoso.example[192.0.2.7]:25: Connection timed out
"""
DELAYED = """
Final-Recipient: rfc822; maria@contoso.example
Action: delayed
Status: 4.4.1
Diagnostic-Code: X-Postfix; connect to mx.contoso.example[192.0.2.7]:25: Connection timed out
Will-Retry-Until: Thu, 26 Nov 2026 09:01:00 +0000 (UTC)
"""
DELIVERED = """
Final-Recipient: rfc822; maria@contoso.example
Action: delivered (to mailbox)
Status: 2.0.0
"""
EXPANDED = DELIVERED.replace("delivered (to mailbox)", "EXPANDED")
RELAYED = DELIVERED.replace("delivered (to mailbox)", "relayed")
NO_ACTION = "Final-Recipient: rfc822; maria@contoso.example\nStatus: 5.1.2 (no such host)"
BAD_SENDER = "Final-Recipient: rfc822; maria@contoso.example\nAction: failed\nStatus: 5.1.8"
SEVERAL = f"{DELIVERED.strip()}\n\n{SES.strip()}\n\n{POSTFIX.strip()}\n\n{DELAYED.strip()}"

INTERNATIONAL = """
Final-Recipient: utf-8; maría@contoso.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 brevlådan finns inte
"""


def arf(to: str, name: str, kind: str = "abuse", *, envelope: str = "") -> str:
    """A complaint as RFC 5965 has it; what it gives back is without the recipient's address."""
    return f"""\
From: <complaints@feedback.yahoo.example>
To: abuse@assent.example
Subject: FW: Fabrikam asks Contoso
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

--part1
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message received from 192.0.2.1.

--part1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Yahoo!-Mail-Feedback/2.0
Version: 0.1
{envelope}Original-Rcpt-To: redacted@yahoo.example

--part1
Content-Type: message/rfc822
Content-Disposition: inline

Return-Path: <{to}>
From: Fabrikam <assent@assent.example>
Subject: Fabrikam asks Contoso to accept
Message-ID: {name}
Content-Type: multipart/alternative; boundary="part2"

--part2
Content-Type: text/plain

Hello.
--part2--

--part1--
"""


def jmrp(name: str) -> str:
    """A complaint as Outlook sent it before it knew of the standard."""
    return f"""\
From: staff@hotmail.example
To: abuse@assent.example
Subject: complaint about message from 192.0.2.1
Content-Type: multipart/mixed; boundary="jmrp"

--jmrp
Content-Type: message/rfc822

X-HmXmrOriginalRecipient: maria@hotmail.example
From: Fabrikam <assent@assent.example>
Message-ID: {name}

Hello.
--jmrp--
"""


def qmail(to: str, name: str) -> str:
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.contoso.example
To: {to}
Subject: failure notice

Hi. This is the qmail-send program at mx.contoso.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<maria@contoso.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{to}>
From: Fabrikam <assent@assent.example>
Message-ID: {name}

Hello.
"""


def old_exim(to: str, name: str) -> str:
    return f"""\
From: Mail Delivery System <Mailer-Daemon@mx.contoso.example>
X-Failed-Recipients: maria@contoso.example
To: {to}
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  maria@contoso.example
    SMTP error from remote mail server after RCPT TO:<maria@contoso.example>:
    host mx.contoso.example [192.0.2.7]: 550 unknown user

------ This is a copy of the message, including all the headers. ------

From: Fabrikam <assent@assent.example>
Message-ID: {name}

Hello.
"""


def away(to: str, name: str) -> str:
    """Somebody is out of office."""
    return f"""\
Return-Path: <>
From: Maria Ek <maria@contoso.example>
To: {to}
Subject: Automatic reply: Fabrikam asks Contoso
Auto-Submitted: auto-replied
In-Reply-To: {name}
References: {name}

I am away until Monday. Error 550 5.1.1 is not what this is about.
"""
