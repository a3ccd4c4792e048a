"""Records as text: the canonical bytes of each kind once, with gaps for what differs from one machine to the next."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache

from app.core.act import Act
from app.core.agreements import Terms
from app.core.contact import CONTACT_MEMBERS
from app.core.evidence import FIRST_PREV, VERSION, canonical
from app.core.lifecycle import Event, State
from app.core.policy import Rulebook
from app.core.vocabulary import AcceptanceMethod, AgreementType, Assurance, Note

PHONE = CONTACT_MEMBERS[-1]


class Moulds:
    """`mould % values` is a record's body; what fills a gap needs no escape in JSON, nor changes under NFC."""

    def __init__(self, act: Act, rules: Rulebook) -> None:
        self._actor, self._rules = act.actor(), rules
        self.terms = cache(self._terms)
        self.created = cache(self._created)
        self.attested = cache(self._attested)
        self.fresh = cache(self._fresh)
        self.vouched_for = cache(self._vouched_for)
        self.barred = _left(AgreementType.MCA, State.BLOCKED, 2, scenario=1)
        self.blocked = self._mould(Event.BLOCK, State.UNCONFIRMED, State.BLOCKED, _facts(AgreementType.MCA, scenario=1))

    def _terms(self, kind: AgreementType, day: str) -> Terms:
        return self._rules.terms(kind, datetime.fromisoformat(day).replace(tzinfo=UTC))

    def _created(self, kind: AgreementType) -> str:
        return self._mould(Note.CREATED, None, State.UNCONFIRMED, _facts(kind))

    def _attested(self, kind: AgreementType, template_id: str, version: int, phone: bool) -> str:
        facts = _facts(
            kind,
            templateId=template_id,
            version=version,
            country="%(country)s",
            statedDate="%(stated)s",
            assurance=Assurance.ATTESTED,
        )
        sealed = [name for name in CONTACT_MEMBERS if phone or name != PHONE]
        return self._mould(Event.ATTEST, State.UNCONFIRMED, State.ATTESTED, facts, sealed)

    # What news keep of the agreement after each of these.

    def _fresh(self, kind: AgreementType) -> str:
        return _left(kind, State.UNCONFIRMED, 1)

    def _vouched_for(self, kind: AgreementType, template_id: str, version: int) -> str:
        return _left(
            kind,
            State.ATTESTED,
            2,
            acceptanceNumber=2,
            method=AcceptanceMethod.ATTESTED,
            assurance=Assurance.ATTESTED,
            agreedAt="%(stated)s",
            templateId=template_id,
            acceptedVersion=version,
        )

    def _mould(
        self,
        event: Event | Note,
        before: State | None,
        after: State,
        facts: Mapping[str, object],
        sealed: Iterable[str] = (),
    ) -> str:
        first = before is None
        body = {
            "v": VERSION,
            "machine": "%(machine)s",
            "number": 1 if first else 2,
            "prev": FIRST_PREV if first else "%(prev)s",
            "event": event,
            "before": before,
            "after": after,
            "at": "%(at)s",
            "actor": self._actor,
            "facts": facts,
            "sealed": {name: f"%({name})s" for name in sealed},
        }
        return canonical(body).decode()


def _facts(kind: AgreementType, **more: object) -> dict[str, object]:
    return {"agreementType": kind, **more}


def _left(kind: AgreementType, state: State, number: int, **more: str | int) -> str:
    return json.dumps({"agreementType": kind, "state": state, "since": "%(at)s", "number": number, **more})
