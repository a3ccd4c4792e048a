"""Answers given, states counted, what events left, who people are elsewhere"""

import unicodedata

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

COUNTED = """
INSERT INTO state_count (partner_id, agreement_type, state, number)
SELECT partner_id, agreement_type, state, count(*) FROM machine GROUP BY partner_id, agreement_type, state
"""

# What a portfolio is listed by, of the rows that have it: table, name, columns, where.
PARTIAL = (
    ('invitation', 'ix_invitation_expiring', ['partner_id', 'expires_at', 'id'], "status = 'open'"),
    ('machine', 'ix_machine_accepted', ['partner_id', 'agreement_type', 'accepted_version', 'id'],
     'accepted_version IS NOT NULL'),
    ('machine', 'ix_machine_resold', ['reseller_id', 'agreement_type', 'id'], 'reseller_id IS NOT NULL'),
)


AT_ONCE = 5000


def find_again(connection: sa.Connection) -> None:
    """Domain and name of every customer that there is, as they are searched for from now on."""
    connection.execute(sa.text('UPDATE relationship SET domain = (SELECT customer.domain FROM customer WHERE customer.id = relationship.customer_id)'))
    table = sa.table('relationship', sa.column('id', sa.Uuid()), sa.column('company'), sa.column('company_key'))
    change = table.update().where(table.c.id == sa.bindparam('row')).values(company_key=sa.bindparam('key'))
    page, last = sa.select(table.c.id, table.c.company).order_by(table.c.id).limit(AT_ONCE), None
    while rows := connection.execute(page.where(table.c.id > last) if last else page).all():
        connection.execute(change, [{'row': row.id, 'key': search_key(row.company)} for row in rows])
        last = rows[-1].id


def search_key(name: str) -> str:
    return unicodedata.normalize('NFC', unicodedata.normalize('NFC', name).casefold())


def upgrade() -> None:
    op.create_table('given_answer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('credential', sa.String(length=320), nullable=False),
    sa.Column('route', sa.String(length=300), nullable=False),
    sa.Column('key', sa.String(length=255), nullable=False),
    sa.Column('request_sha256', sa.String(length=64), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('content_type', sa.String(length=100), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_given_answer_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_given_answer')),
    sa.UniqueConstraint('partner_id', 'credential', 'route', 'key', name=op.f('uq_given_answer_partner_id_credential_route_key'))
    )
    op.create_index(op.f('ix_given_answer_created_at'), 'given_answer', ['created_at'], unique=False)
    op.create_table('state_count',
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('agreement_type', sa.Enum('MicrosoftCustomerAgreement', 'MicrosoftCloudAgreement', name='agreement_type', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('unconfirmed', 'invited', 'direct-accepted', 'partner-attested', 'blocked-needs-attestation', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_state_count_partner_id_partner')),
    sa.PrimaryKeyConstraint('partner_id', 'agreement_type', 'state', name=op.f('pk_state_count'))
    )
    op.execute(COUNTED)
    op.add_column('customer_user', sa.Column('first_password', sa.LargeBinary(), nullable=True))
    op.add_column('invitation', sa.Column('renewed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('invitation', sa.Column('mail_id', sa.Uuid(), nullable=True))
    op.drop_index(op.f('ix_machine_reseller_id'), 'machine')
    for table, name, columns, where in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.add_column('news', sa.Column('before', sa.String(length=40), nullable=True))
    op.add_column('news', sa.Column('after', sa.String(length=40), nullable=True))
    op.add_column('news', sa.Column('facts', sa.JSON(), nullable=True))
    op.add_column('partner', sa.Column('vendor_agreement_on', sa.Date(), nullable=True))
    op.add_column('portal_session', sa.Column('replaced_by', sa.Uuid(), nullable=True))
    op.add_column('portal_session', sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('portal_session', sa.Column('replaced_from', sa.String(length=64), nullable=True))
    op.add_column('relationship', sa.Column('billing', sa.JSON(), nullable=True))
    op.add_column('relationship', sa.Column('company_key', sa.String(length=600).with_variant(sa.String(length=600, collation='C'), 'postgresql'), server_default='', nullable=False))
    op.add_column('relationship', sa.Column('domain', sa.String(length=253).with_variant(sa.String(length=253, collation='C'), 'postgresql'), nullable=True))
    find_again(op.get_bind())
    op.drop_index(op.f('ix_relationship_reseller_id'), 'relationship')
    for owner in ('partner', 'reseller'):
        for key in ('company_key', 'domain'):
            op.create_index(op.f(f'ix_relationship_{owner}_id_{key}_id'), 'relationship', [f'{owner}_id', key, 'id'], unique=False)
    for holder in ('staff', 'service_account'):
        op.add_column(holder, sa.Column('subject', sa.String(length=300), nullable=True))
        op.create_index(op.f(f'ix_{holder}_subject'), holder, ['subject'], unique=True)
