"""Webhooks sent and received; news and tasks that are about no agreement"""

from alembic import op
import sqlalchemy as sa

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

TASKS = (
    'attest-blocked', 'customer-declined', 'cancel-subscriptions', 'mail-failed', 'review-draft', 'revise-draft', 'answer-dispute',
    'endpoint-disabled', 'hook-refused', 'order-refused', 'template-published',
)
NEWS = (
    'agreement.created', 'agreement.invited', 'agreement.direct-accepted', 'agreement.partner-attested', 'agreement.blocked', 'agreement.lapsed', 'agreement.declined', 'agreement.withdrawn',
    'invitation.sent', 'invitation.delivered', 'invitation.bounced', 'invitation.complained', 'agreement.disputed', 'agreement.dispute-closed', 'draft.submitted', 'draft.approved', 'draft.returned', 'endpoint.disabled', 'test',
)
OWED = ('invitation', 'sign-in-code', 'blocked', 'invitation-expiry', 'endpoint-disabled')


def tasks() -> sa.Table:
    return sa.Table('task', sa.MetaData(),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('machine_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Enum(*TASKS, name=op.f('ck_task_kind'), native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('assignee_id', sa.Uuid(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignee_id'], ['staff.id'], name=op.f('fk_task_assignee_id_staff')),
    sa.ForeignKeyConstraint(['machine_id'], ['machine.id'], name=op.f('fk_task_machine_id_machine')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_task_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task')),
    sa.Index('ix_task_machine_id', 'machine_id'),
    sa.Index('ix_task_partner_id_closed_at_created_at', 'partner_id', 'closed_at', 'created_at'),
    )


def news() -> sa.Table:
    return sa.Table('news', sa.MetaData(),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=True),
    sa.Column('machine_id', sa.Uuid(), nullable=True),
    sa.Column('record_id', sa.Uuid(), nullable=True),
    sa.Column('type', sa.Enum(*NEWS, name=op.f('ck_news_type'), native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=True),
    sa.Column('before', sa.String(length=40), nullable=True),
    sa.Column('after', sa.String(length=40), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_news_customer_id_customer')),
    sa.ForeignKeyConstraint(['machine_id'], ['machine.id'], name=op.f('fk_news_machine_id_machine')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_news_partner_id_partner')),
    sa.ForeignKeyConstraint(['record_id'], ['record.id'], name=op.f('fk_news_record_id_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_news')),
    sa.UniqueConstraint('partner_id', 'seq', name=op.f('uq_news_partner_id_seq')),
    sa.Index('ix_news_unstamped', 'id', sqlite_where=sa.text('seq IS NULL')),
    )


def outbox() -> sa.Table:
    return sa.Table('outbox', sa.MetaData(),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('lane', sa.Enum('interactive', 'bulk', 'timer', name=op.f('ck_outbox_lane'), native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('kind', sa.Enum(*OWED, name=op.f('ck_outbox_kind'), native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('dedupe', sa.String(length=120), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('message_id', sa.String(length=320), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_owner', sa.String(length=80), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('dead_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(lease_owner IS NULL) OR (dead_at IS NULL)', name=op.f('ck_outbox_dead_is_not_leased')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_outbox_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('dedupe', name=op.f('uq_outbox_dedupe')),
    sa.Index('ix_outbox_due', 'lane', 'partner_id', 'due_at', sqlite_where=sa.text('dead_at IS NULL')),
    sa.Index('ix_outbox_lease_owner', 'lease_owner'),
    sa.Index('ix_outbox_next', 'due_at', sqlite_where=sa.text('dead_at IS NULL')),
    sa.Index('ix_outbox_partner_id_dead_at', 'partner_id', 'dead_at'),
    )

def archive() -> sa.Table:
    return sa.Table('outbox_archive', sa.MetaData(),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum(*OWED, name=op.f('ck_outbox_archive_kind'), native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('message_id', sa.String(length=320), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Enum('done', 'not-needed', name=op.f('ck_outbox_archive_outcome'), native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_outbox_archive_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_archive')),
    sa.Index('ix_outbox_archive_partner_id_done_at', 'partner_id', 'done_at'),
    )

def widen(table: sa.Table, column: str, words: tuple[str, ...], *optional: str) -> None:
    """Let a column of a closed vocabulary take more words, and others nothing; SQLite can do that only with a new table."""
    if op.get_bind().dialect.name == 'sqlite':
        with op.batch_alter_table(table.name, copy_from=table, recreate='always'):
            pass
        return
    name = op.f(f'ck_{table.name}_{column}')
    op.drop_constraint(name, table.name, type_='check')
    op.create_check_constraint(name, table.name, sa.column(column).in_(words))
    for other in optional:
        op.alter_column(table.name, other, nullable=True)


def upgrade() -> None:
    widen(tasks(), 'kind', TASKS, 'machine_id')
    widen(news(), 'type', NEWS, 'customer_id', 'machine_id')
    widen(outbox(), 'kind', OWED)
    widen(archive(), 'kind', OWED)
    op.create_table('hook_source',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('scheme', sa.Enum('standard', 'vendor', name='scheme', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=True),
    sa.Column('former_secret', sa.LargeBinary(), nullable=True),
    sa.Column('former_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('certificate_hosts', sa.JSON(), nullable=True),
    sa.Column('organization', sa.String(length=200), nullable=True),
    sa.Column('roots', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_hook_source_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hook_source'))
    )
    op.create_index('uq_hook_source_name', 'hook_source', ['partner_id', 'name'], unique=True, sqlite_where=sa.text('removed_at IS NULL'), postgresql_where=sa.text('removed_at IS NULL'))
    op.create_table('webhook_endpoint',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('scheme', sa.Enum('standard', 'vendor', name='scheme', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('events', sa.JSON(), nullable=False),
    sa.Column('description', sa.String(length=200), nullable=True),
    sa.Column('secret', sa.LargeBinary(), nullable=True),
    sa.Column('former_secret', sa.LargeBinary(), nullable=True),
    sa.Column('former_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('own_header', sa.Boolean(), nullable=False),
    sa.Column('cursor', sa.BigInteger(), nullable=False),
    sa.Column('furthest', sa.BigInteger(), nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unreachable', sa.Boolean(), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disabled_why', sa.Enum('gone', 'failing', 'by-hand', name='disabled_why', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('lease_owner', sa.String(length=80), nullable=True),
    sa.Column('free_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_webhook_endpoint_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_endpoint'))
    )
    op.create_index(op.f('ix_webhook_endpoint_partner_id_id'), 'webhook_endpoint', ['partner_id', 'id'], unique=False)
    op.create_index('uq_webhook_endpoint_vendor', 'webhook_endpoint', ['partner_id'], unique=True, sqlite_where=sa.text("scheme = 'vendor'"), postgresql_where=sa.text("scheme = 'vendor'"))
    op.create_table('received_hook',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=255), nullable=False),
    sa.Column('event', sa.String(length=200), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('outcome', sa.Enum('done', 'refused', 'unknown', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(length=60), nullable=True),
    sa.Column('details', sa.JSON(), nullable=True),
    sa.Column('machine_id', sa.Uuid(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['machine_id'], ['machine.id'], name=op.f('fk_received_hook_machine_id_machine')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_received_hook_partner_id_partner')),
    sa.ForeignKeyConstraint(['source_id'], ['hook_source.id'], name=op.f('fk_received_hook_source_id_hook_source'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_received_hook')),
    sa.UniqueConstraint('source_id', 'key', name=op.f('uq_received_hook_source_id_key'))
    )
    op.create_index(op.f('ix_received_hook_partner_id_id'), 'received_hook', ['partner_id', 'id'], unique=False)
    op.create_index(op.f('ix_received_hook_received_at'), 'received_hook', ['received_at'], unique=False)
    op.create_table('webhook_delivery',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('endpoint_id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('waiting', 'delivered', 'failed', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['endpoint_id'], ['webhook_endpoint.id'], name=op.f('fk_webhook_delivery_endpoint_id_webhook_endpoint'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_webhook_delivery_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_delivery')),
    sa.UniqueConstraint('endpoint_id', 'event_id', 'name', name=op.f('uq_webhook_delivery_endpoint_id_event_id_name'))
    )
    op.create_index('ix_webhook_delivery_due', 'webhook_delivery', ['endpoint_id', 'due_at'], unique=False, sqlite_where=sa.text("status = 'waiting'"), postgresql_where=sa.text("status = 'waiting'"))
    op.create_index('ix_webhook_delivery_failed', 'webhook_delivery', ['partner_id', 'id'], unique=False, sqlite_where=sa.text("status = 'failed'"), postgresql_where=sa.text("status = 'failed'"))
    op.create_index(op.f('ix_webhook_delivery_partner_id_id'), 'webhook_delivery', ['partner_id', 'id'], unique=False)
