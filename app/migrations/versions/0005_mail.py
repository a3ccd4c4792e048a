"""Mail in earnest: wordings, branding, reminders, pauses, one-time links to first passwords"""

from alembic import op
import sqlalchemy as sa

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TASKS = (
    "attest-blocked",
    "customer-declined",
    "cancel-subscriptions",
    "mail-failed",
    "review-draft",
    "revise-draft",
    "answer-dispute",
    "endpoint-disabled",
    "hook-refused",
    "order-refused",
    "template-published",
    "mail-paused",
    "handed-over",
)
NEWS = (
    "agreement.created",
    "agreement.invited",
    "agreement.direct-accepted",
    "agreement.partner-attested",
    "agreement.blocked",
    "agreement.lapsed",
    "agreement.declined",
    "agreement.withdrawn",
    "invitation.sent",
    "invitation.delivered",
    "invitation.bounced",
    "invitation.complained",
    "invitation.expiring",
    "agreement.disputed",
    "agreement.dispute-closed",
    "draft.submitted",
    "draft.approved",
    "draft.returned",
    "endpoint.disabled",
    "test",
)
OWED = (
    "invitation",
    "reminder",
    "expiry-warning",
    "sign-in-code",
    "credentials",
    "accepted",
    "accepted-partner",
    "attested",
    "blocked",
    "declined",
    "handed-over",
    "draft-returned",
    "disputed",
    "endpoint-disabled",
    "invitation-expiry",
    "invitation-reminding",
    "reveal-expiry",
)
COUNTED = (
    "code",
    "code-day",
    "account",
    "address",
    "hand-over",
)


def tasks() -> sa.Table:
    return sa.Table(
        "task",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("machine_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(*TASKS, name=op.f("ck_task_kind"), native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_task_assignee_id_staff")),
        sa.ForeignKeyConstraint(["machine_id"], ["machine.id"], name=op.f("fk_task_machine_id_machine")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_task_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.Index("ix_task_machine_id", "machine_id"),
        sa.Index("ix_task_partner_id_closed_at_created_at", "partner_id", "closed_at", "created_at"),
    )


def news() -> sa.Table:
    return sa.Table(
        "news",
        sa.MetaData(),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("machine_id", sa.Uuid(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column(
            "type",
            sa.Enum(*NEWS, name=op.f("ck_news_type"), native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("after", sa.String(length=40), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_news_customer_id_customer")),
        sa.ForeignKeyConstraint(["machine_id"], ["machine.id"], name=op.f("fk_news_machine_id_machine")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_news_partner_id_partner")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_news_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        sa.UniqueConstraint("partner_id", "seq", name=op.f("uq_news_partner_id_seq")),
        sa.Index("ix_news_unstamped", "id", sqlite_where=sa.text("seq IS NULL")),
    )


def outbox() -> sa.Table:
    return sa.Table(
        "outbox",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "lane",
            sa.Enum(
                "interactive",
                "bulk",
                "timer",
                name=op.f("ck_outbox_lane"),
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(*OWED, name=op.f("ck_outbox_kind"), native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("dedupe", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(length=320), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(length=80), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(lease_owner IS NULL) OR (dead_at IS NULL)", name=op.f("ck_outbox_dead_is_not_leased")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_outbox_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_outbox_dedupe")),
        sa.Index("ix_outbox_due", "lane", "partner_id", "due_at", sqlite_where=sa.text("dead_at IS NULL")),
        sa.Index("ix_outbox_lease_owner", "lease_owner"),
        sa.Index("ix_outbox_next", "due_at", sqlite_where=sa.text("dead_at IS NULL")),
        sa.Index("ix_outbox_partner_id_dead_at", "partner_id", "dead_at"),
    )


def archive() -> sa.Table:
    return sa.Table(
        "outbox_archive",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*OWED, name=op.f("ck_outbox_archive_kind"), native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(length=320), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "done",
                "not-needed",
                name=op.f("ck_outbox_archive_outcome"),
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_outbox_archive_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_archive")),
        sa.Index("ix_outbox_archive_partner_id_done_at", "partner_id", "done_at"),
    )


def attempt() -> sa.Table:
    return sa.Table(
        "attempt",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(*COUNTED, name=op.f("ck_attempt_purpose"), native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=320), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.Index("ix_attempt_purpose_subject_at", "purpose", "subject", "at"),
    )


def widen(table: sa.Table, column: str, words: tuple[str, ...]) -> None:
    """Let a column of a closed vocabulary take more words; SQLite can do that only with a new table."""
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table(table.name, copy_from=table, recreate="always"):
            pass
        return
    name = op.f(f"ck_{table.name}_{column}")
    op.drop_constraint(name, table.name, type_="check")
    op.create_check_constraint(name, table.name, sa.column(column).in_(words))


def upgrade() -> None:
    widen(tasks(), "kind", TASKS)
    widen(news(), "type", NEWS)
    widen(outbox(), "kind", OWED)
    widen(archive(), "kind", OWED)
    widen(attempt(), "purpose", COUNTED)
    op.create_table(
        "mail_route",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_route")),
    )
    op.create_table(
        "mail_pause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column(
            "why",
            sa.Enum("by-hand", "hard-bounces", name="why", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("codes_too", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=540), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mail_pause_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_pause")),
        sa.UniqueConstraint("partner_id", name=op.f("uq_mail_pause_partner_id")),
    )
    op.create_table(
        "mail_policy",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "language",
            sa.Enum(
                "en", "sv", "zh-Hans", "zh-Hant", name="language", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("reminders", sa.JSON(), nullable=True),
        sa.Column("quiet_hours", sa.String(length=20), nullable=True),
        sa.Column("warning_days", sa.Integer(), nullable=True),
        sa.Column("password_in_mail", sa.Boolean(), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=True),
        sa.Column("logo_sha256", sa.String(length=64), nullable=True),
        sa.Column("logo_type", sa.String(length=20), nullable=True),
        sa.Column("logo_alt", sa.String(length=200), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=540), nullable=False),
        sa.ForeignKeyConstraint(["logo_sha256"], ["blob.sha256"], name=op.f("fk_mail_policy_logo_sha256_blob")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mail_policy_partner_id_partner")),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_mail_policy")),
    )
    op.create_table(
        "mail_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "language",
            sa.Enum(
                "en", "sv", "zh-Hans", "zh-Hant", name="language", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=540), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mail_template_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
    )
    op.create_index(
        op.f("ix_mail_template_partner_id_kind_language_version"),
        "mail_template",
        ["partner_id", "kind", "language", "version"],
        unique=True,
    )
    op.create_table(
        "reveal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("customer_user_id", sa.Uuid(), nullable=False),
        sa.Column("machine_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=200), nullable=False),
        sa.Column("last_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("session", sa.Uuid(), nullable=True),
        sa.Column("code_number", sa.Integer(), nullable=False),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("identified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_user_id"], ["customer_user.id"], name=op.f("fk_reveal_customer_user_id_customer_user")
        ),
        sa.ForeignKeyConstraint(["machine_id"], ["machine.id"], name=op.f("fk_reveal_machine_id_machine")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_reveal_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveal")),
    )
    op.create_index(op.f("ix_reveal_customer_user_id"), "reveal", ["customer_user_id"], unique=False)
    op.create_index(op.f("ix_reveal_machine_id"), "reveal", ["machine_id"], unique=False)
    op.create_index(op.f("ix_reveal_partner_id_id"), "reveal", ["partner_id", "id"], unique=False)
    op.add_column("invitation", sa.Column("subject", sa.Text(), nullable=True))
    op.add_column("invitation", sa.Column("text", sa.Text(), nullable=True))
    op.add_column("invitation", sa.Column("html", sa.Text(), nullable=True))
    op.add_column("invitation", sa.Column("reminders", sa.JSON(), nullable=True))
    op.add_column("invitation", sa.Column("time_zone", sa.String(length=60), nullable=True))
    op.add_column("invitation", sa.Column("reminded", sa.Integer(), server_default="0", nullable=False))
    op.add_column("invitation", sa.Column("reminds_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitation", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitation", sa.Column("handed_from", sa.Uuid(), nullable=True))
    op.add_column("outbox", sa.Column("domain", sa.String(length=253), nullable=True))
    op.add_column("outbox", sa.Column("strikes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("suppression", sa.Column("created_by", sa.String(length=540), nullable=True))
    op.create_index(op.f("ix_suppression_partner_id_id"), "suppression", ["partner_id", "id"], unique=False)
    op.add_column("outbox_archive", sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
