"""The random life of one customer: each rule runs a command, and asks the model what had to come of it."""

import hashlib
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from app.commands import acceptances, attestations, customers, invitations
from app.commands.acceptances import Consent
from app.commands.invitations import Ask
from app.core.contact import Contact
from app.core.vocabulary import Assurance, InvitationKind, PurchaseKind, RelationshipState
from app.db import db, transaction
from app.models import Machine, Partner, Relationship, Suppression
from tests.model import agreement, events, world
from tests.model.compared import Compared, happens
from tests.model.world import OWN_DOMAIN

# Most of what is drawn is what usually happens; the rest is what the rules are for. What ends a story for good (a
# purchase on record, a national cloud) is rare, so that most lives come far.
WHO = st.sampled_from(
    [("direct-bill", "admin-agent")] * 15
    + [("indirect-provider", "sales-agent"), ("direct-bill", "helpdesk-agent"), ("direct-bill", "global-admin")]
    + [("indirect-reseller", "admin-agent"), ("indirect-reseller", "helpdesk-agent")]
)
MARIA = Contact("Maria", "Ek", "maria@contoso.example", "+46 8 123 456")
NILS = Contact("Nils", "Ek", "nils@contoso.example")
ANA = Contact("Ana", "Lind", f"Ana@{OWN_DOMAIN}")
INVITED = st.sampled_from([MARIA] * 6 + [NILS, Contact("Nils", "Ek", "NILS@contoso.example"), ANA])
VOUCHED = st.sampled_from(
    [MARIA, Contact("Maria", "Ek", "maria@contoso.example"), Contact("Maria", "Ek", "MARIA@contoso.example"), NILS]
    + [Contact("Åsa", "Öberg", "asa@contoso.example", f"0701 2345{number}") for number in range(10, 30)]
)
KINDS = st.sampled_from(InvitationKind)
DAYS = st.sampled_from([30] * 16 + [1, 365, 0, 366])
STATED = st.sampled_from([timedelta()] * 4 + [timedelta(days=-40), events.SKEW, events.SKEW + timedelta(seconds=1)])
PAUSES = st.sampled_from([timedelta(minutes=1), timedelta(hours=8), timedelta(days=6), timedelta(days=40)])
PURCHASES = st.sampled_from([PurchaseKind.AUTO_RENEWAL] * 12 + list(PurchaseKind))
WHICH = st.sampled_from([-1] * 6 + [-2, 0])
REASONS = st.sampled_from(["They changed their mind."] * 5 + [" "])
ACCEPTING = st.sampled_from(
    [None] * 12
    + ["not-signed-in", "invalid-text", "terms-changed", "not-an-admin", "not-agreed", "not-agreed: no name"]
)
DECLINING = st.sampled_from([None] * 8 + ["not-signed-in", "invalid-text"])
TYPED = {"invalid-text": "Maria\x1bEk", "not-agreed: no name": " "}
STATEMENT = "Contoso accepts the Microsoft Customer Agreement.\n[ ] agree: We accept.\n"


class Life(Compared):
    @initialize(
        early=st.sampled_from([False] * 7 + [True]),
        cloud=st.sampled_from(["public"] * 19 + ["china"]),
        relation=st.sampled_from(["active", "requested"]),
    )
    def begin(self, early: bool, cloud: str, relation: str) -> None:
        """Some lives begin before customers could be invited by link at all."""
        if early:
            self.at = datetime(2020, 1, 20, 9, 0, tzinfo=UTC)
        self.place = self.home.begin(self.at, cloud, relation)
        self.model = agreement.new(self.at, cloud, OWN_DOMAIN, relation)
        self.compare()

    @happens(2, pause=PAUSES)
    def time_passes(self, pause: timedelta) -> None:
        self.at += pause

    # The partner

    @happens(4, who=WHO, contact=INVITED, kind=KINDS, days=DAYS, force=st.booleans())
    def invite(self, who: events.Who, contact: Contact, kind: InvitationKind, days: int, force: bool) -> None:
        ask = Ask(kind, contact, "en", None, days, force=force)

        def command(machine: Machine, relationship: Relationship) -> None:
            asked = invitations.invite(world.staff(self.at, who), machine, relationship, ask, self.rulebook)
            self.invitations.append(asked.id)

        state, word = self.state, events.invite(self.model, self.at, who, contact.email, kind, days, force=force)
        self.step((state, "invite"), word, command)

    @happens(2, who=WHO, contact=VOUCHED, stated=STATED)
    def attest(self, who: events.Who, contact: Contact, stated: timedelta) -> None:
        values, agreed = frozenset(contact.personal().items()), self.at + stated
        state, word = self.state, events.attest(self.model, self.at, who, values, agreed)
        act = world.staff(self.at, who)
        self.step(
            (state, "attest"),
            word,
            lambda machine, relationship: attestations.attest(
                act, machine, relationship, contact, agreed, self.rulebook
            ),
        )

    @happens(1, who=WHO, reason=REASONS)
    def withdraw(self, who: events.Who, reason: str) -> None:
        state, word = self.state, events.withdraw(self.model, self.at, who, reason)
        act = world.staff(self.at, who)
        self.step((state, "withdraw"), word, lambda machine, _: attestations.withdraw(act, machine, reason))

    @happens(1, who=WHO, which=WHICH)
    def revoke(self, who: events.Who, which: int) -> None:
        state, word = self.state, events.revoke(self.model, self.at, who, self.asked(which))
        act = world.staff(self.at, who)
        self.answer((state, "lapse"), word, which, lambda machine, _, asked: invitations.revoke(act, machine, asked))

    @happens(
        1,
        who=WHO,
        by=st.sampled_from([("own",), ("other",), ("own", "other")]),
        kind=PURCHASES,
        ahead=st.sampled_from([-30, -1, 0, 1]),
    )
    def purchase(self, who: events.Who, by: tuple[str, ...], kind: PurchaseKind, ahead: int) -> None:
        bought = (self.at + timedelta(days=ahead)).date()
        word = events.purchase(self.model, self.at, who, by, kind, bought)
        through = {"own": self.place.relationship, "other": self.place.others}

        def command(_machine: Machine, _relationship: Relationship) -> None:
            for each in by:
                relationship = db.session.get_one(Relationship, through[each])
                customers.record_purchase(world.staff(self.at, who), relationship, kind, bought)

        self.step(("", "purchase"), word, command)

    @happens(1, who=WHO)
    def add_again(self, who: events.Who) -> None:
        word = events.add_again(self.model, who)

        def command(_machine: Machine, _relationship: Relationship) -> None:
            partner = db.session.get_one(Partner, self.place.partner)
            customers.add_customer(world.staff(self.at, who), partner, self.place.profile)

        self.step(("", "add"), word, command)

    # The customer

    @happens(4, which=WHICH, flaw=ACCEPTING)
    def accept(self, which: int, flaw: str | None) -> None:
        shown = "another text" if flaw == "terms-changed" else STATEMENT
        consent = Consent(
            statement=STATEMENT,
            shown_sha256=hashlib.sha256(shown.encode()).hexdigest(),
            typed_name=TYPED.get(flaw or "", "Maria Ek"),
            agreed=flaw != "not-agreed",
            may_bind=flaw != "not-an-admin",
            assurance=Assurance.MAILBOX_CODE,
            language="en-US",
        )
        state, word = self.state, events.accept(self.model, self.at, self.asked(which), flaw)
        act = self.somebody(flaw)
        self.answer(
            (state, "accept"),
            word,
            which,
            lambda machine, relationship, asked: acceptances.accept(
                act, machine, relationship, asked, consent, self.rulebook
            ),
        )

    @happens(2, which=WHICH, flaw=DECLINING)
    def decline(self, which: int, flaw: str | None) -> None:
        reason = "Not\nus." if flaw == "invalid-text" else ""
        state, word = self.state, events.decline(self.model, self.at, self.asked(which), flaw)
        act = self.somebody(flaw)
        self.answer(
            (state, "decline"), word, which, lambda machine, _, asked: acceptances.decline(act, machine, asked, reason)
        )

    @happens(1, upstream=st.sampled_from([False, False, True]))
    def block(self, upstream: bool) -> None:
        state, word = self.state, events.block(self.model, self.at, upstream=upstream)
        act = world.customer(self.at)
        self.step((state, "block"), word, lambda machine, _: acceptances.block(act, machine, None, upstream=upstream))

    # The world around them

    @happens(1, which=WHICH, early=st.sampled_from([timedelta(), timedelta(), timedelta(milliseconds=1)]))
    def expire(self, which: int, early: timedelta) -> None:
        """The clock looks at an invitation: now, or at the moment that it ends, or just before."""
        self.at = max(self.at, self.asked(which)["expires"] - early) if which == -1 else self.at
        state, word = self.state, events.expire(self.model, self.at, self.asked(which))
        act = world.clock(self.at)
        self.answer((state, "lapse"), word, which, lambda machine, _, asked: invitations.expire(act, machine, asked))

    @happens(2, material=st.booleans(), ahead=st.sampled_from([0, 0, 5]))
    def publish(self, material: bool, ahead: int) -> None:
        """A newer version, now or with a date that lies ahead."""
        rank = len(self.model["versions"])
        self.model["versions"].append(((self.at + timedelta(days=ahead)).date(), rank, material))

    @happens(1)
    def suppress(self) -> None:
        """Nils asked not to be written to."""
        if NILS.email in self.model["suppressed"]:
            return
        self.model["suppressed"].add(NILS.email)
        row = Suppression(partner_id=self.place.partner, mailbox=NILS.email, reason="complaint", created_at=self.at)
        with transaction() as session:
            session.add(row)

    @happens(1, state=st.sampled_from(["active"] * 6 + ["requested", "removed"]))
    def relate(self, state: str) -> None:
        self.model["relation"] = state
        with transaction() as session:
            session.get_one(Relationship, self.place.relationship).state = RelationshipState(state)
