"""The first schema"""

from alembic import op
import sqlalchemy as sa

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

# Records are evidence: the database itself refuses to change or remove them.
SQLITE = (
    """CREATE TRIGGER record_is_never_edited BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never edited'); END""",
    """CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never deleted'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION refuse_to_change_a_record() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a record is never %', CASE TG_OP WHEN 'UPDATE' THEN 'edited' ELSE 'deleted' END; END $$""",
    """CREATE TRIGGER record_is_never_edited BEFORE UPDATE ON record
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_a_record()""",
    """CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_a_record()""",
    """CREATE TRIGGER record_is_never_truncated BEFORE TRUNCATE ON record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_a_record()""",
)


def upgrade() -> None:
    op.create_table('attempt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.Enum('code', 'code-day', 'account', 'address', name='purpose', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('subject', sa.String(length=320), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt'))
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_purpose_subject_at'), ['purpose', 'subject', 'at'], unique=False)

    op.create_table('customer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('domain', sa.String(length=253), nullable=True),
    sa.Column('cloud', sa.Enum('public', 'us-government', 'germany', 'china', name='cloud', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer')),
    sa.UniqueConstraint('domain', name=op.f('uq_customer_domain'))
    )
    op.create_table('partner',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('type', sa.Enum('direct-bill', 'indirect-provider', 'indirect-reseller', name='type', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('mpn_id', sa.String(length=40), nullable=True),
    sa.Column('authority', sa.Enum('local', 'mirror', name='authority', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partner'))
    )
    op.create_table('statement',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_statement'))
    )
    op.create_table('token_bucket',
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('tokens', sa.Float(), nullable=False),
    sa.Column('filled_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_token_bucket'))
    )
    op.create_table('customer_user',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('user_name', sa.String(length=320), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('must_change', sa.Boolean(), nullable=False),
    sa.Column('is_admin', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_user_customer_id_customer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_user')),
    sa.UniqueConstraint('user_name', name=op.f('uq_customer_user_user_name'))
    )
    with op.batch_alter_table('customer_user', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_customer_user_customer_id'), ['customer_id'], unique=False)

    op.create_table('machine',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('reseller_id', sa.Uuid(), nullable=True),
    sa.Column('agreement_type', sa.Enum('MicrosoftCustomerAgreement', 'MicrosoftCloudAgreement', name='agreement_type', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('unconfirmed', 'invited', 'direct-accepted', 'partner-attested', 'blocked-needs-attestation', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('origin', sa.Enum('unconfirmed', 'invited', 'direct-accepted', 'partner-attested', 'blocked-needs-attestation', name='origin', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('head', sa.String(length=64), nullable=False),
    sa.Column('scenario', sa.Integer(), nullable=True),
    sa.Column('acceptance_number', sa.Integer(), nullable=True),
    sa.Column('method', sa.Enum('direct', 'attested', name='method', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('assurance', sa.Enum('tenant-oidc', 'tenant-account', 'mailbox-code', 'imported', 'attested', name='assurance', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('template_id', sa.String(length=36), nullable=True),
    sa.Column('accepted_version', sa.Integer(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_machine_customer_id_customer')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_machine_partner_id_partner')),
    sa.ForeignKeyConstraint(['reseller_id'], ['partner.id'], name=op.f('fk_machine_reseller_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_machine')),
    sa.UniqueConstraint('partner_id', 'customer_id', 'agreement_type', name=op.f('uq_machine_partner_id_customer_id_agreement_type'))
    )
    with op.batch_alter_table('machine', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_machine_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_machine_partner_id_agreement_type_state_id'), ['partner_id', 'agreement_type', 'state', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_machine_reseller_id'), ['reseller_id'], unique=False)

    op.create_table('news_counter',
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_news_counter_partner_id_partner')),
    sa.PrimaryKeyConstraint('partner_id', name=op.f('pk_news_counter'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('lane', sa.Enum('interactive', 'bulk', 'timer', name='lane', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('kind', sa.Enum('invitation', 'sign-in-code', 'blocked', 'invitation-expiry', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
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
    sa.UniqueConstraint('dedupe', name=op.f('uq_outbox_dedupe'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_due', ['lane', 'partner_id', 'due_at'], unique=False, sqlite_where=sa.text('dead_at IS NULL'), postgresql_where=sa.text('dead_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_outbox_lease_owner'), ['lease_owner'], unique=False)
        batch_op.create_index('ix_outbox_next', ['due_at'], unique=False, sqlite_where=sa.text('dead_at IS NULL'), postgresql_where=sa.text('dead_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_outbox_partner_id_dead_at'), ['partner_id', 'dead_at'], unique=False)

    op.create_table('outbox_archive',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('invitation', 'sign-in-code', 'blocked', 'invitation-expiry', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('message_id', sa.String(length=320), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Enum('done', 'not-needed', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_outbox_archive_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_archive'))
    )
    with op.batch_alter_table('outbox_archive', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_archive_partner_id_done_at'), ['partner_id', 'done_at'], unique=False)

    op.create_table('purchase',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('offer', 'software', 'software-subscription', 'reserved-instance', 'azure-plan', 'auto-renewal', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('bought_on', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_purchase_customer_id_customer')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_purchase_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase'))
    )
    with op.batch_alter_table('purchase', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_purchase_customer_id_kind'), ['customer_id', 'kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchase_partner_id_customer_id'), ['partner_id', 'customer_id'], unique=False)

    op.create_table('relationship',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('reseller_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Enum('requested', 'active', 'removed', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('company', sa.String(length=200), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('first_name', sa.String(length=200), nullable=False),
    sa.Column('last_name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_relationship_customer_id_customer')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_relationship_partner_id_partner')),
    sa.ForeignKeyConstraint(['reseller_id'], ['partner.id'], name=op.f('fk_relationship_reseller_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_relationship'))
    )
    with op.batch_alter_table('relationship', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_relationship_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_relationship_partner_id_customer_id'), ['partner_id', 'customer_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_relationship_reseller_id'), ['reseller_id'], unique=False)

    op.create_table('reselling',
    sa.Column('provider_id', sa.Uuid(), nullable=False),
    sa.Column('reseller_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['partner.id'], name=op.f('fk_reselling_provider_id_partner')),
    sa.ForeignKeyConstraint(['reseller_id'], ['partner.id'], name=op.f('fk_reselling_reseller_id_partner')),
    sa.PrimaryKeyConstraint('provider_id', 'reseller_id', name=op.f('pk_reselling'))
    )
    with op.batch_alter_table('reselling', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reselling_reseller_id'), ['reseller_id'], unique=False)

    op.create_table('service_account',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_service_account_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_account'))
    )
    with op.batch_alter_table('service_account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_service_account_partner_id_name'), ['partner_id', 'name'], unique=True)

    op.create_table('staff',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('mailbox', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_staff_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('mailbox', name=op.f('uq_staff_mailbox'))
    )
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_partner_id_email'), ['partner_id', 'email'], unique=False)

    op.create_table('suppression',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('mailbox', sa.String(length=254), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_suppression_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suppression'))
    )
    with op.batch_alter_table('suppression', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_suppression_partner_id_mailbox'), ['partner_id', 'mailbox'], unique=True)

    op.create_table('invitation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('machine_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('newCustomer', 'relationshipAndAgreement', 'agreement', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('open', 'used', 'declined', 'expired', 'revoked', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('delivery', sa.Enum('not-sent', 'queued', 'sent', 'delivered', 'bounced', 'complained', name='delivery', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('first_name', sa.String(length=200), nullable=False),
    sa.Column('last_name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('dap', sa.Boolean(), nullable=False),
    sa.Column('invited_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['invited_by'], ['staff.id'], name=op.f('fk_invitation_invited_by_staff')),
    sa.ForeignKeyConstraint(['machine_id'], ['machine.id'], name=op.f('fk_invitation_machine_id_machine')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_invitation_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_machine_id'), ['machine_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invitation_partner_id_id'), ['partner_id', 'id'], unique=False)
        batch_op.create_index('uq_invitation_open', ['machine_id'], unique=True, sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))

    op.create_table('record',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('machine_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('event', sa.Enum('invite', 'accept', 'block', 'attest', 'lapse', 'decline', 'withdraw', 'created', 'link-copied', 'bounced', 'complained', 'disputed', 'dispute-closed', 'imported', 'erased', 'evidence-read', name='event', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['machine_id'], ['machine.id'], name=op.f('fk_record_machine_id_machine')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_record_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record')),
    sa.UniqueConstraint('hash', name=op.f('uq_record_hash')),
    sa.UniqueConstraint('machine_id', 'number', name=op.f('uq_record_machine_id_number'))
    )
    with op.batch_alter_table('record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_record_partner_id_id'), ['partner_id', 'id'], unique=False)

    op.create_table('role',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('service_account_id', sa.Uuid(), nullable=True),
    sa.Column('role', sa.Enum('admin-agent', 'sales-agent', 'helpdesk-agent', 'global-admin', name='role', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.CheckConstraint('(staff_id IS NULL) <> (service_account_id IS NULL)', name=op.f('ck_role_one_holder')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_role_partner_id_partner')),
    sa.ForeignKeyConstraint(['service_account_id'], ['service_account.id'], name=op.f('fk_role_service_account_id_service_account')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_role_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role'))
    )
    with op.batch_alter_table('role', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_partner_id_role'), ['partner_id', 'role'], unique=False)
        batch_op.create_index(batch_op.f('ix_role_service_account_id_role'), ['service_account_id', 'role'], unique=True)
        batch_op.create_index(batch_op.f('ix_role_staff_id_role'), ['staff_id', 'role'], unique=True)

    op.create_table('task',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('machine_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('attest-blocked', 'customer-declined', 'cancel-subscriptions', 'mail-failed', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('assignee_id', sa.Uuid(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignee_id'], ['staff.id'], name=op.f('fk_task_assignee_id_staff')),
    sa.ForeignKeyConstraint(['machine_id'], ['machine.id'], name=op.f('fk_task_machine_id_machine')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_task_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task'))
    )
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_task_machine_id'), ['machine_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_task_partner_id_closed_at_created_at'), ['partner_id', 'closed_at', 'created_at'], unique=False)

    op.create_table('token',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('app+user', 'service', 'app-only', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('service_account_id', sa.Uuid(), nullable=True),
    sa.Column('prefix', sa.String(length=16), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(kind = 'app+user') = (staff_id IS NOT NULL) AND (kind = 'service') = (service_account_id IS NOT NULL)", name=op.f('ck_token_holder_of_kind')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_token_partner_id_partner')),
    sa.ForeignKeyConstraint(['service_account_id'], ['service_account.id'], name=op.f('fk_token_service_account_id_service_account')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_token_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_token')),
    sa.UniqueConstraint('digest', name=op.f('uq_token_digest')),
    sa.UniqueConstraint('prefix', name=op.f('uq_token_prefix'))
    )
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_token_partner_id_created_at'), ['partner_id', 'created_at'], unique=False)

    op.create_table('news',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('machine_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=True),
    sa.Column('type', sa.Enum('agreement.created', 'agreement.invited', 'agreement.direct-accepted', 'agreement.partner-attested', 'agreement.blocked', 'agreement.lapsed', 'agreement.declined', 'agreement.withdrawn', 'invitation.sent', 'invitation.bounced', name='type', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_news_customer_id_customer')),
    sa.ForeignKeyConstraint(['machine_id'], ['machine.id'], name=op.f('fk_news_machine_id_machine')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_news_partner_id_partner')),
    sa.ForeignKeyConstraint(['record_id'], ['record.id'], name=op.f('fk_news_record_id_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_news')),
    sa.UniqueConstraint('partner_id', 'seq', name=op.f('uq_news_partner_id_seq'))
    )
    with op.batch_alter_table('news', schema=None) as batch_op:
        batch_op.create_index('ix_news_unstamped', ['id'], unique=False, sqlite_where=sa.text('seq IS NULL'), postgresql_where=sa.text('seq IS NULL'))

    op.create_table('portal_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('invitation_id', sa.Uuid(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('code_number', sa.Integer(), nullable=False),
    sa.Column('code_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('code_tries', sa.Integer(), nullable=False),
    sa.Column('method', sa.String(length=20), nullable=True),
    sa.Column('customer_user_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("method IN ('email-code', 'password')", name=op.f('ck_portal_session_method')),
    sa.ForeignKeyConstraint(['customer_user_id'], ['customer_user.id'], name=op.f('fk_portal_session_customer_user_id_customer_user')),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitation.id'], name=op.f('fk_portal_session_invitation_id_invitation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portal_session'))
    )
    with op.batch_alter_table('portal_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_portal_session_invitation_id_created_at'), ['invitation_id', 'created_at'], unique=False)

    op.create_table('sealed_value',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_sealed_value_partner_id_partner')),
    sa.ForeignKeyConstraint(['record_id'], ['record.id'], name=op.f('fk_sealed_value_record_id_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sealed_value')),
    sa.UniqueConstraint('record_id', 'name', name=op.f('uq_sealed_value_record_id_name'))
    )
    with op.batch_alter_table('sealed_value', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sealed_value_partner_id_commitment'), ['partner_id', 'commitment'], unique=False)

    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
