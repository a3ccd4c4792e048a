"""Everything that may be told, brought about once by the commands that bring it about."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from app import sequencer, vault
from app.auth import acts
from app.commands import deliveries, webhooks
from app.commands.webhooks import Wanted
from app.core.contact import Contact
from app.core.vocabulary import Disabling, Role
from app.db import db, new_id, transaction
from app.hooks import bodies, signing
from app.installation import installation
from app.models import WebhookDelivery, WebhookEndpoint
from app.web.v1 import endpoints
from tests.arriving import source_of
from tests.channel import Channel, act, ask, done, hire
from tests.test_changes import Life, confirmed_and_doubted, drafted, mailed_and_blocked

# As long as names may get, in letters of all sizes.
LONG = Contact("Zoë 张伟 👩🏽‍💻 ", "ß" * 190, "maria@contoso.example", "+46 8 123 456")
