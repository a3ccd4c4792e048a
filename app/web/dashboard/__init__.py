"""The dashboard: the pages of a partner's staff, one file per resource."""

from flask import Blueprint

from app.web.pages.routes import Pages

bp = Blueprint("dashboard", __name__)
page = Pages(bp)

from app.web.dashboard import (  # noqa: E402, F401  the pages hang themselves on `bp`
    account,
    attesting,
    branding,
    bulk,
    catalogue,
    composing,
    customer,
    customers,
    customers_file,
    disputing,
    drafting,
    endpoints,
    entering,
    home,
    hook_sources,
    invitations,
    mail,
    mail_policy,
    new_customers,
    ordering,
    organization,
    people,
    purchasing,
    requesting,
    rules,
    service_accounts,
    settings,
    shell,
    signing_in,
    suppressions,
    tasks,
    tokens,
    webhooks,
    what_if,
    wordings,
)
