"""What somebody vouched for, word by word, and the files that support it: on record, kept once, readable afterwards."""

import hashlib
import json
from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select

from app.commands import attestations, disputes
from app.commands.attestations import Claim
from app.commands.files import MOST, File
from app.core.act import Act
from app.core.refusals import Refused
from app.core.vocabulary import PartnerType, TaskKind
from app.db import db
from app.models import Attachment, Blob, Machine, Record, Statement
from app.queries import attachments, confirmed, queues
from app.queries.queues import Queue
from tests.cast import MARIA
from tests.channel import AGREED, SIGNED, Case, Channel, act, ask, company, done, hire, refused, tasks

CLAIM = Claim("Tailspin records that Contoso has accepted.\nI vouch for this.", "en", (SIGNED,))


def vouch(case: Case, channel: Channel, claim: Claim = CLAIM, last_name: str = "Ek") -> Record:
    """Pia's word; wants a transaction around it."""
    person = replace(MARIA, last_name=last_name)
    by = act(channel.pia)
    return attestations.attest(by, case.machine, case.relationship, person, AGREED, channel.rules, claim=claim)


def attachment(case: Case, number: int) -> UUID:
    """The one file of a record."""
    query = select(Attachment.id).join(Record, Record.id == Attachment.record_id)
    return db.session.scalars(query.where(Record.machine_id == case.machine.id, Record.number == number)).one()


def readable(who: Act, id: UUID) -> bool:
    try:
        return attachments.one(who, id)[1] == SIGNED.content
    except Refused:
        return False


def test_words_and_files_are_on_record_and_kept_once(channel: Channel) -> None:
    first, second = channel.customer(), channel.customer()
    record = done(vouch, first, channel)
    done(vouch, second, channel)
    facts = json.loads(record.body)["facts"]
    words = hashlib.sha256(CLAIM.words.encode()).hexdigest()
    assert (facts["attachments"], facts["statementSha256"]) == ([SIGNED.sha256], words)
    assert (facts["statementLanguage"], "language" in facts) == ("en", False)
    assert db.session.get_one(Statement, words).text == CLAIM.words
    kept = select(func.count()).select_from(Blob).where(Blob.sha256 == SIGNED.sha256)
    assert db.session.scalar(kept) == 1
    found = confirmed.of(act(channel.pia), db.session.get_one(Machine, first.machine.id))
    assert found is not None
    assert (found.person, found.voucher, [file.name for file in found.files]) == (
        "Maria Ek",
        "Pia Berg",
        ["signed.pdf"],
    )


def test_a_refused_attestation_keeps_neither_words_nor_files(channel: Channel) -> None:
    case = channel.customer()
    done(vouch, case, channel)
    other = Claim("Something else.", "en", (File("other.txt", "text/plain", b"other"),))
    assert refused(vouch, case, channel, other) == "already-confirmed"
    many = Claim("So many.", "en", tuple(File(f"{n}.txt", "text/plain", b"x") for n in range(MOST + 1)))
    assert refused(vouch, case, channel, many) == "invalid-value"


def test_the_files_of_a_record_are_the_confirming_partners_and_the_resellers_own(channel: Channel) -> None:
    case = channel.customer()
    draft = done(case.submit, act(channel.rita), ask(MARIA, AGREED, None, SIGNED))
    done(case.approve, act(channel.pia), draft)
    done(vouch, case, channel, last_name="Ekström")
    files = [attachment(case, number) for number in (2, 3)]
    stranger = act(hire(company("Northwind", PartnerType.DIRECT_BILL)))
    for who, seen in ((act(channel.pia), [True, True]), (act(channel.rita), [True, False]), (stranger, [False, False])):
        assert [readable(who, id) for id in files] == seen


def test_a_dispute_is_taken_over_with_its_task(channel: Channel) -> None:
    case = channel.customer()
    done(vouch, case, channel)
    row = done(disputes.open_dispute, act(channel.pia), case.machine, "nobody here agreed", channel.pia)
    done(disputes.take, act(channel.per), row, channel.per)
    assert row.owner_id == channel.per.id
    assert (TaskKind.ANSWER_DISPUTE, channel.provider.id, channel.per.id, True) in tasks(case.machine)
    assert refused(disputes.take, act(channel.rita), row, channel.rita) == "wrong-partner-type"
    done(disputes.close_dispute, act(channel.pia), row, "signed order", upheld=False)
    assert refused(disputes.take, act(channel.pia), row, channel.pia) == "wrong-state"


def test_the_queues_of_both_sides(channel: Channel) -> None:
    one, other = channel.customer(), channel.customer()
    first = done(one.submit, act(channel.rita))
    done(other.submit, act(channel.rita))
    pia, rita = act(channel.pia), act(channel.rita)
    waiting = {Queue.ME: 0, Queue.SIDE: 2, Queue.RETURNED: 0, Queue.OTHERS: 0}
    assert queues.counts(pia, channel.pia.id) == waiting
    rows, end = queues.page(pia, channel.pia.id, Queue.SIDE)
    assert (rows[0].draft.id, len(rows), end) == (first.id, 2, None)
    after = queues.page(pia, channel.pia.id, Queue.SIDE, (first.submitted_at, first.id))[0]
    assert [row.draft.machine_id for row in after] == [other.machine.id]
    assert queues.counts(rita, channel.rita.id)[Queue.OTHERS] == 2
    done(one.approve, pia, first)
    assert [row.draft.id for row in queues.page(rita, channel.rita.id, Queue.DECIDED)[0]] == [first.id]
