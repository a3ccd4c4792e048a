"""People and the lines of text they are made of: cleaned once, refused with a word when they cannot be."""

import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from app.core.refusals import Reason, Refused, refuse_if

LOCAL = re.compile(r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])+")
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,30}[0-9]")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
LINE_LIMIT = 200
# In octets, as mail counts them.
LOCAL_LIMIT, ADDRESS_LIMIT = 64, 254

# Line breaks and other controls forge headers; embedded turns of direction make a text read as what it is not.
CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})

# Mailboxes anybody can have: sharing such a domain with the partner says nothing about the person.
PUBLIC_MAIL_DOMAINS = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com "
    "gmx.com gmx.net gmx.de web.de mail.com proton.me protonmail.com qq.com 163.com 126.com".split()
)


def line(value: str | None, name: str, *, required: bool = True, limit: int = LINE_LIMIT) -> str:
    """One line of human text: NFC, trimmed, without characters that forge a header or fool a reader."""
    text = unicodedata.normalize("NFC", value or "").strip()
    refuse_if(required and not text, Reason.MISSING_FIELD, field=name)
    refuse_if(len(text) > limit, Reason.INVALID_TEXT, field=name, limit=limit)
    bad = any(unicodedata.category(char) in CONTROLS or unicodedata.bidirectional(char) in TURNS for char in text)
    refuse_if(bad, Reason.INVALID_TEXT, field=name, limit=limit)
    return text


def email(value: str | None, name: str = "email") -> str:
    """An address as `local@domain`, the domain in lower-case ASCII; only the form is checked."""
    text = line(value, name, limit=ADDRESS_LIMIT)
    local, at, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode().lower()
    except UnicodeError as error:
        raise Refused(Reason.INVALID_EMAIL, field=name) from error
    address = f"{local}{at}{domain}"
    sound = _is_local(local) and DOMAIN.fullmatch(domain) and len(address.encode()) <= ADDRESS_LIMIT
    refuse_if(not sound, Reason.INVALID_EMAIL, field=name)
    return address


def _is_local(text: str) -> bool:
    """What stands before the @: beyond ASCII letters, marks and digits of any script (RFC 6531)."""
    wide = [unicodedata.category(char) for char in text if not char.isascii()]
    letters = all(kind[0] in "LM" or kind == "Nd" for kind in wide) and unicodedata.category(text[:1] or " ")[0] != "M"
    dots = text.startswith(".") or text.endswith(".") or ".." in text
    return bool(LOCAL.fullmatch(text)) and letters and not dots and len(text.encode()) <= LOCAL_LIMIT


def mailbox(address: str) -> str:
    """The form under which two spellings of one address are the same."""
    return address.casefold()


def domain(value: str | None, name: str = "domain") -> str:
    text = line(value, name, limit=253).lower()
    refuse_if(not DOMAIN.fullmatch(text), Reason.INVALID_VALUE, field=name)
    return text


def phone(value: str | None) -> str | None:
    text = line(value, "phone", required=False, limit=40)
    refuse_if(bool(text) and not PHONE.fullmatch(text), Reason.INVALID_PHONE, field="phone")
    return text or None


def language(value: str | None) -> str:
    text = line(value, "language", limit=35)
    refuse_if(not LANGUAGE.fullmatch(text), Reason.INVALID_VALUE, field="language")
    return text


CONTACT_MEMBERS = ("firstName", "lastName", "email", "phoneNumber")


@dataclass(frozen=True)
class Contact:
    first_name: str
    last_name: str
    email: str
    phone: str | None = None

    @classmethod
    def parse(
        cls, first_name: str | None, last_name: str | None, address: str | None, number: str | None = None
    ) -> "Contact":
        return cls(line(first_name, "firstName"), line(last_name, "lastName"), email(address), phone(number))

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def personal(self) -> dict[str, str]:
        """The values as a record seals them and the wire spells them."""
        values = (self.first_name, self.last_name, self.email, self.phone)
        return {name: value for name, value in zip(CONTACT_MEMBERS, values, strict=True) if value}


def is_partners_own(address: str, staff: frozenset[str]) -> bool:
    """True when an address is at a domain the partner's own staff write from, or is one of theirs."""
    own = {mailbox(known) for known in staff}
    domains = {known.rpartition("@")[2] for known in own} - PUBLIC_MAIL_DOMAINS
    return mailbox(address) in own or mailbox(address).rpartition("@")[2] in domains


def uuid(value: str | None) -> UUID | None:
    """The id that a text is, if it is one."""
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
