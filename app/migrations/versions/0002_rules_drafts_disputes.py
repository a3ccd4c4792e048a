"""Rules that came after installing, drafts, disputes"""

from alembic import op
import sqlalchemy as sa

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

TASKS = ('attest-blocked', 'customer-declined', 'cancel-subscriptions', 'mail-failed', 'review-draft', 'revise-draft', 'answer-dispute')
NEWS = ('agreement.created', 'agreement.invited', 'agreement.direct-accepted', 'agreement.partner-attested', 'agreement.blocked', 'agreement.lapsed', 'agreement.declined', 'agreement.withdrawn', 'invitation.sent', 'invitation.bounced', 'agreement.disputed', 'agreement.dispute-closed', 'draft.submitted', 'draft.approved', 'draft.returned')


def tasks() -> sa.Table:
    return sa.Table('task', sa.MetaData(),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('machine_id', sa.Uuid(), nullable=False),
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
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('machine_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=True),
    sa.Column('type', sa.Enum(*NEWS, name=op.f('ck_news_type'), native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_news_customer_id_customer')),
    sa.ForeignKeyConstraint(['machine_id'], ['machine.id'], name=op.f('fk_news_machine_id_machine')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_news_partner_id_partner')),
    sa.ForeignKeyConstraint(['record_id'], ['record.id'], name=op.f('fk_news_record_id_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_news')),
    sa.UniqueConstraint('partner_id', 'seq', name=op.f('uq_news_partner_id_seq')),
    sa.Index('ix_news_unstamped', 'id', sqlite_where=sa.text('seq IS NULL')),
    )


def widen(table: sa.Table, column: str, words: tuple[str, ...]) -> None:
    """Let a column of a closed vocabulary take more words; SQLite can do that only with a new table."""
    if op.get_bind().dialect.name == 'sqlite':
        with op.batch_alter_table(table.name, copy_from=table, recreate='always'):
            pass
        return
    name = op.f(f'ck_{table.name}_{column}')
    op.drop_constraint(name, table.name, type_='check')
    op.create_check_constraint(name, table.name, sa.column(column).in_(words))


def upgrade() -> None:
    widen(tasks(), 'kind', TASKS)
    widen(news(), 'type', NEWS)
    op.create_table('agreement_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('agreement_type', sa.Enum('MicrosoftCustomerAgreement', 'MicrosoftCloudAgreement', name='agreement_type', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('material', sa.Boolean(), nullable=False),
    sa.Column('published', sa.Date(), nullable=False),
    sa.Column('effective', sa.Date(), nullable=False),
    sa.Column('grace', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_version')),
    sa.UniqueConstraint('agreement_type', 'rank', name=op.f('uq_agreement_version_agreement_type_rank'))
    )
    op.create_table('blob',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_blob'))
    )
    op.create_table('agreement_document',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('agreement_type', sa.Enum('MicrosoftCustomerAgreement', 'MicrosoftCloudAgreement', name='agreement_type', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['sha256'], ['blob.sha256'], name=op.f('fk_agreement_document_sha256_blob')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_document')),
    sa.UniqueConstraint('agreement_type', 'rank', 'country', 'language', name=op.f('uq_agreement_document_agreement_type_rank_country_language'))
    )
    op.create_table('further_reseller',
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('reseller_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_further_reseller_customer_id_customer')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_further_reseller_partner_id_partner')),
    sa.ForeignKeyConstraint(['reseller_id'], ['partner.id'], name=op.f('fk_further_reseller_reseller_id_partner')),
    sa.PrimaryKeyConstraint('partner_id', 'customer_id', 'reseller_id', name=op.f('pk_further_reseller'))
    )
    with op.batch_alter_table('further_reseller', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_further_reseller_reseller_id'), ['reseller_id'], unique=False)

    op.create_table('policy_revision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('set_by', sa.String(length=540), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_policy_revision_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_revision'))
    )
    with op.batch_alter_table('policy_revision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_policy_revision_partner_id_id'), ['partner_id', 'id'], unique=False)

    op.create_table('dispute',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('machine_id', sa.Uuid(), nullable=False),
    sa.Column('record_number', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('open', 'upheld', 'rejected', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('opened_by', sa.String(length=540), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.String(length=540), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['machine_id'], ['machine.id'], name=op.f('fk_dispute_machine_id_machine')),
    sa.ForeignKeyConstraint(['owner_id'], ['staff.id'], name=op.f('fk_dispute_owner_id_staff')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_dispute_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute'))
    )
    with op.batch_alter_table('dispute', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dispute_partner_id_status_due_at'), ['partner_id', 'status', 'due_at'], unique=False)
        batch_op.create_index('uq_dispute_open', ['machine_id'], unique=True, sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))

    op.create_table('draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('machine_id', sa.Uuid(), nullable=False),
    sa.Column('from_partner_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Enum('submitted', 'returned', 'approved', 'discarded', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('prepared_by', sa.String(length=540), nullable=False),
    sa.Column('preparer_id', sa.Uuid(), nullable=True),
    sa.Column('first_name', sa.String(length=200), nullable=False),
    sa.Column('last_name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('assignee_id', sa.Uuid(), nullable=True),
    sa.Column('substitute_id', sa.Uuid(), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=540), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('record_number', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assignee_id'], ['staff.id'], name=op.f('fk_draft_assignee_id_staff')),
    sa.ForeignKeyConstraint(['from_partner_id'], ['partner.id'], name=op.f('fk_draft_from_partner_id_partner')),
    sa.ForeignKeyConstraint(['machine_id'], ['machine.id'], name=op.f('fk_draft_machine_id_machine')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_draft_partner_id_partner')),
    sa.ForeignKeyConstraint(['preparer_id'], ['staff.id'], name=op.f('fk_draft_preparer_id_staff')),
    sa.ForeignKeyConstraint(['substitute_id'], ['staff.id'], name=op.f('fk_draft_substitute_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft'))
    )
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_from_partner_id_status'), ['from_partner_id', 'status'], unique=False)
        batch_op.create_index(batch_op.f('ix_draft_machine_id'), ['machine_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_draft_partner_id_status_submitted_at'), ['partner_id', 'status', 'submitted_at'], unique=False)
        batch_op.create_index('uq_draft_waiting', ['machine_id'], unique=True, sqlite_where=sa.text("status = 'submitted'"), postgresql_where=sa.text("status = 'submitted'"))

    op.create_table('attachment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_attachment_draft_id_draft')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_attachment_partner_id_partner')),
    sa.ForeignKeyConstraint(['sha256'], ['blob.sha256'], name=op.f('fk_attachment_sha256_blob')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment'))
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachment_partner_id_draft_id'), ['partner_id', 'draft_id'], unique=False)

    op.create_table('draft_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.Enum('submitted', 'resubmitted', 'assigned', 'returned', 'approved', 'discarded', name='step', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('actor', sa.String(length=540), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_draft_event_draft_id_draft')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_draft_event_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_event'))
    )
    with op.batch_alter_table('draft_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_event_partner_id_draft_id_id'), ['partner_id', 'draft_id', 'id'], unique=False)

    with op.batch_alter_table('partner', schema=None) as batch_op:
        batch_op.add_column(sa.Column('four_eyes', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('purchase', schema=None) as batch_op:
        batch_op.add_column(sa.Column('order_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('offer_id', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('quantity', sa.Integer(), nullable=True))

    with op.batch_alter_table('machine', schema=None) as batch_op:
        batch_op.create_index('ix_machine_for_all', ['customer_id'], unique=False, sqlite_where=sa.text("assurance = 'tenant-oidc'"), postgresql_where=sa.text("assurance = 'tenant-oidc'"))
