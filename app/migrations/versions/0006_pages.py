"""Pages for people: how staff sign in"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
import json

from alembic import op
import sqlalchemy as sa

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


AT_ONCE = 5000


def know_mailboxes(connection: sa.Connection) -> None:
    """The contact of every customer that there is, as suppressions spell addresses."""
    table = sa.table("relationship", sa.column("id", sa.Uuid()), sa.column("email"), sa.column("mailbox"))
    change = table.update().where(table.c.id == sa.bindparam("row")).values(mailbox=sa.bindparam("box"))
    page, last = sa.select(table.c.id, table.c.email).order_by(table.c.id).limit(AT_ONCE), None
    while rows := connection.execute(page.where(table.c.id > last) if last else page).all():
        connection.execute(change, [{"row": row.id, "box": row.email.casefold()} for row in rows])
        last = rows[-1].id


def find_customers() -> None:
    """By country, by a mailbox that is not written to, by a mail that came back."""
    kind = sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql")
    op.add_column("relationship", sa.Column("mailbox", kind, server_default="", nullable=False))
    know_mailboxes(op.get_bind())
    op.create_index(op.f("ix_relationship_partner_id_mailbox"), "relationship", ["partner_id", "mailbox"])
    name = op.f("ix_relationship_partner_id_country_company_key_id")
    op.create_index(name, "relationship", ["partner_id", "country", "company_key", "id"])
    came_back = sa.text("delivery IN ('bounced', 'complained')")
    where = ["partner_id", "delivery", "id"]
    op.create_index("ix_invitation_returned", "invitation", where, sqlite_where=came_back, postgresql_where=came_back)


def remember_lifting() -> None:
    """Who let a suppressed mailbox be written to again."""
    op.create_table(
        "suppression_lifted",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("mailbox", sa.String(254), nullable=False),
        sa.Column("was", sa.String(500), nullable=False),
        sa.Column("why", sa.String(500)),
        sa.Column("by", sa.String(540), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_suppression_lifted_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression_lifted")),
    )
    op.create_index(op.f("ix_suppression_lifted_partner_id_id"), "suppression_lifted", ["partner_id", "id"])


# How many days each kind of task is given.
DAYS = {
    "attest-blocked": 3,
    "customer-declined": 5,
    "cancel-subscriptions": 5,
    "mail-failed": 2,
    "review-draft": 3,
    "revise-draft": 5,
    "answer-dispute": 14,
    "endpoint-disabled": 2,
    "hook-refused": 3,
    "order-refused": 2,
    "template-published": 14,
    "mail-paused": 1,
    "handed-over": 5,
}
LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', created_at, '+{} days') || '000'",
    "postgresql": "created_at + interval '{} days'",
}


def give_tasks_a_deadline() -> None:
    op.add_column("task", sa.Column("subject_id", sa.Uuid()))
    epoch = "1970-01-01 00:00:00"
    op.add_column("task", sa.Column("due_at", sa.DateTime(timezone=True), server_default=epoch, nullable=False))
    op.add_column("task", sa.Column("closed_by", sa.String(540)))
    later = LATER[op.get_bind().dialect.name]
    for kind, days in DAYS.items():
        op.execute(sa.text(f"UPDATE task SET due_at = {later.format(days)} WHERE kind = '{kind}'".replace(":", "\\:")))
    still = sa.text("closed_at IS NULL")
    for name, columns in (("ix_task_open", []), ("ix_task_open_of", ["assignee_id"])):
        order = ["partner_id", *columns, "due_at", "id"]
        op.create_index(name, "task", order, sqlite_where=still, postgresql_where=still)


PASSED = {"invite": "invited", "accept": "accepted", "attest": "attested"}
WITHIN = ((1, "within-1"), (3, "within-3"), (7, "within-7"), (14, "within-14"), (30, "within-30"))
AGREEMENTS = ("MicrosoftCustomerAgreement", "MicrosoftCloudAgreement")
# What the sequencer has yet to count is left to it; news of older releases do not say what moved.
COUNTED = """
SELECT record.machine_id, machine.partner_id, machine.agreement_type, record.event, record.body,
  record.id IN (SELECT record_id FROM news WHERE seq IS NULL AND after IS NOT NULL AND record_id IS NOT NULL) AS waits
FROM record JOIN machine ON machine.id = record.machine_id
WHERE record.event IN ('invite', 'accept', 'attest', 'withdraw') ORDER BY record.machine_id, record.number
"""


def count_months(connection: sa.Connection) -> None:
    """What agreements went through in each month so far, by their records."""
    words = [*PASSED.values(), *(word for _, word in WITHIN), "later"]
    table = op.create_table(
        "month_count",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_type", _words(AGREEMENTS, "agreement_type"), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("passed", _words(words, "passed"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_month_count_partner_id_partner")),
        sa.PrimaryKeyConstraint("partner_id", "agreement_type", "month", "passed", name=op.f("pk_month_count")),
    )
    query = sa.text(COUNTED).columns(machine_id=sa.Uuid(), partner_id=sa.Uuid())
    rows = connection.execute(query, execution_options={"yield_per": AT_ONCE})
    found: Counter[tuple[object, ...]] = Counter()
    machine: object = None
    asked: datetime | None = None
    for row in rows:
        asked = asked if row.machine_id == machine else None
        machine, body = row.machine_id, json.loads(row.body)
        at, since = datetime.fromisoformat(body["at"]), asked
        asked = (asked or at) if row.event == "invite" else None
        if row.waits or row.event not in PASSED or body["before"] == body["after"]:
            continue
        whose = (row.partner_id, row.agreement_type, body["at"][:7])
        found[*whose, PASSED[row.event]] += 1
        if row.event == "accept" and since:
            found[*whose, within((at - since).total_seconds() / 86400)] += 1
    names = ("partner_id", "agreement_type", "month", "passed", "number")
    values = [dict(zip(names, (*key, number), strict=True)) for key, number in found.items()]
    if values:
        connection.execute(table.insert(), values)


def within(days: float) -> str:
    return next((word for most, word in WITHIN if days < most), "later")


def _words(words: Iterable[str], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    find_customers()
    give_tasks_a_deadline()
    count_months(op.get_bind())
    remember_lifting()
    op.add_column("invitation", sa.Column("reminded_at", sa.DateTime(timezone=True)))
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("password_hash", sa.String(200)))
        staff.add_column(sa.Column("totp_seed", sa.LargeBinary()))
        staff.add_column(sa.Column("totp_step", sa.BigInteger()))
        staff.add_column(sa.Column("language", sa.String(35)))
    op.create_table(
        "staff_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True)),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ip", sa.String(64)),
        sa.Column("user_agent", sa.String(300)),
        sa.CheckConstraint("method IN ('password', 'oidc')", name=op.f("ck_staff_session_method")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
    )
    op.create_index(op.f("ix_staff_session_staff_id_created_at"), "staff_session", ["staff_id", "created_at"])
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sign_in_link_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_in_link_digest")),
    )
    op.create_index(op.f("ix_sign_in_link_staff_id"), "sign_in_link", ["staff_id"])
    op.create_table(
        "account_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["customer_user_id"], ["customer_user.id"], name=op.f("fk_account_session_customer_user_id_customer_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
    )
    name = op.f("ix_account_session_customer_user_id_created_at")
    op.create_index(name, "account_session", ["customer_user_id", "created_at"])
    with op.batch_alter_table("attachment") as attachment:
        attachment.alter_column("draft_id", existing_type=sa.Uuid(), nullable=True)
        attachment.add_column(sa.Column("record_id", sa.Uuid()))
        attachment.create_foreign_key(op.f("fk_attachment_record_id_record"), "record", ["record_id"], ["id"])
        attachment.create_check_constraint(
            op.f("ck_attachment_supports"), "draft_id IS NOT NULL OR record_id IS NOT NULL"
        )
    op.create_index(op.f("ix_attachment_partner_id_record_id"), "attachment", ["partner_id", "record_id"])
    # What supported an approved draft supports its attestation.
    op.execute(
        "UPDATE attachment SET record_id = (SELECT record.id FROM draft JOIN record"
        " ON record.machine_id = draft.machine_id AND record.number = draft.record_number"
        " WHERE draft.id = attachment.draft_id)"
    )
