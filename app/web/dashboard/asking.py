"""What forms of invitations share: what they ask, of whom, in which words; and the mail as it would be."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import request

from app.commands.invitations import DEFAULT_DAYS, Ask
from app.core import reminding
from app.core import wording as rules
from app.core.contact import Contact
from app.core.languages import Language, spoken
from app.core.mails import MailFacts, Own
from app.core.names import GRAMMARS, Kind
from app.core.permissions import Action
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import InvitationKind
from app.installation import installation
from app.mail import specimens, wording
from app.post import composer
from app.queries import sketches
from app.queries.sketches import Wanted, Whose
from app.tongue import N_, NAMES, gettext
from app.web.dashboard import shell
from app.web.dashboard.wordings import PARTS, faults
from app.web.pages.forms import Form, current
from app.web.pages.routes import act, may

KINDS = (
    (
        InvitationKind.AGREEMENT,
        N_("Agreement only"),
        N_("For a customer who has its accounts already: it is asked to accept the agreement."),
    ),
    (
        InvitationKind.NEW_CUSTOMER,
        N_("New customer"),
        N_("Asks for the agreement, and carries user name and a one-time link to the first password."),
    ),
    (
        InvitationKind.RELATIONSHIP,
        N_("Relationship and agreement"),
        N_("Asks the customer to work with you, and to accept the agreement in the same step."),
    ),
)
PERSON = ("first_name", "last_name", "email", "phone")
# Beside which field a refusal belongs that names none.
FIELDS = {
    Reason.CONTACT_SUPPRESSED: "email",
    Reason.CONTACT_IS_PARTNER: "email",
    Reason.DIRECT_ACCEPTANCE_UNAVAILABLE: "force",
}


@dataclass(frozen=True)
class Usual:
    """What the form says while nobody has changed it."""

    kind: InvitationKind
    contact: Contact | None
    language: str


class Reworded(Form):
    """The same form, with other words in place of those that were typed."""

    def __init__(self, words: Own) -> None:
        super().__init__()
        self.words = {"subject": words.subject, "text": words.text, "html": words.html or ""}

    def value(self, name: str, default: object = "") -> str:
        return self.words[name] if name in self.words else super().value(name, default)


def kind(usual: Usual) -> InvitationKind:
    named = current().value("kind", usual.kind.value)
    refuse_if(named not in list(InvitationKind), Reason.INVALID_VALUE, field="kind")
    return InvitationKind(named)


def language(usual: Usual) -> str:
    """One of ours; the customer's own tag, where that is the same to us, for it says more."""
    named = current().value("mail_language", spoken(usual.language).value)
    refuse_if(named not in list(Language), Reason.INVALID_VALUE, field="mailLanguage")
    return usual.language if spoken(usual.language) == named else named


def contact(usual: Usual) -> Contact:
    known = usual.contact
    usually = (known.first_name, known.last_name, known.email, known.phone) if known else ("",) * len(PERSON)
    given = zip(PERSON, usually, strict=True)
    first, last, email, phone = (" ".join(current().value(name, default).split()) for name, default in given)
    return Contact.parse(first, last, email, phone or None)


def days() -> int:
    typed = current().value("expires_in_days", DEFAULT_DAYS)
    sound = typed.isdecimal() and len(typed) < 4 and 1 <= int(typed) <= 365
    refuse_if(not sound, Reason.INVALID_VALUE, field="expiresInDays")
    return int(typed)


def own_days() -> tuple[int, ...] | None:
    """Days of this invitation's own for reminders; None where the usual ones hold."""
    typed = current().value("reminders").strip()
    try:
        return reminding.days(typed) if typed else None
    except ValueError as error:
        raise Refused(Reason.INVALID_VALUE, field="reminders") from error


def own_words(asked: InvitationKind) -> Own | None:
    """The inviter's own words, read by the template engine as well; the command reads them only our way."""
    if not current().ticked("own"):
        return None
    said = {part: request.form.get(part, "").replace("\r\n", "\n") for part in PARTS}
    words = Own(said["subject"].strip(), said["text"], said["html"] if said["html"].strip() else None)
    rules.refuse(wording.check(words, GRAMMARS[Kind(asked.value)]))
    return words


def ask(usual: Usual, send: bool = True) -> Ask:
    asked = kind(usual)
    return Ask(
        asked,
        contact(usual),
        language(usual),
        shell.me(),
        days(),
        dap=asked is InvitationKind.RELATIONSHIP and current().ticked("dap"),
        force=current().ticked("force"),
        send=send,
        reminders=own_days(),
        own=own_words(asked),
    )


def usual_words(partner_id: UUID, asked: InvitationKind, tag: str) -> Own:
    """What such a mail says without words of the inviter's: the partner's own, or ours."""
    tongue = spoken(tag)
    held = sketches.worded(partner_id, asked, tongue)
    return held or specimens.ours(composer(installation()), Kind(asked.value), tongue)


def sketch(whose: Whose, asked: Ask) -> MailFacts:
    person, ends = asked.contact, act().at + timedelta(days=asked.expires_in_days)
    wanted = Wanted(
        asked.kind, person.first_name, person.last_name, person.email, asked.language, ends, asked.dap, asked.own
    )
    return sketches.mail(whose, wanted, shell.me(), act().at)


def choices() -> dict[str, object]:
    """The vocabularies of the form, in the reader's language."""
    return {
        "kinds": [(code.value, gettext(label), gettext(meaning)) for code, label, meaning in KINDS],
        "days": DEFAULT_DAYS,
        "tongues": list(NAMES.items()),
        "may_hand_over": may(Action.LIVE_LINK),
        "may_see_mail": may(Action.VIEW_MAIL),
        "faults": faults(current().problem),
    }
