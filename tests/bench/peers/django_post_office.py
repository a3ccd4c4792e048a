"""Mails a second of django-post-office, run where it is installed: reads a JSON order, answers with a JSON line.

Its own templates are rendered for each mail, on delivery as ours are or when it is queued; status and log are kept.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

TOGETHER = 500
SENDER = "Fabrikam <assent@assent.example>"
DURABLE = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"  # as our own database is


def configure(folder: Path, port: int, threads: int, batch: int) -> None:
    name, options = str(folder / "post_office.sqlite3"), {"init_command": DURABLE, "transaction_mode": "IMMEDIATE"}
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options}},
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        POST_OFFICE={"THREADS_PER_PROCESS": threads, "BATCH_SIZE": batch, "LOG_LEVEL": 2, "TEMPLATE_ENGINE": "django"},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)


def queue(mails: int, on_delivery: bool, contents: dict[str, str]) -> None:
    from post_office import mail
    from post_office.models import EmailTemplate

    template = EmailTemplate.objects.create(name=f"invitation-{on_delivery}", **contents)
    shared = {"sender": SENDER, "template": template, "render_on_delivery": on_delivery}
    for start in range(0, mails, TOGETHER):
        numbers = range(start, min(start + TOGETHER, mails))
        mail.send_many([shared | personal(number) for number in numbers])


def personal(number: int) -> dict[str, Any]:
    context = {
        "company": f"Contoso {number}",
        "contact": f"Maria Ek {number}",
        "link": f"https://assent.example/AdminPortal/Home/{number:043}?ref=/BillingAccounts/agreement",
    }
    return {"recipients": f"maria@customer{number}.example", "context": context}


def sent(folder: Path, mails: int, on_delivery: bool, contents: dict[str, str]) -> float:
    """Mails a second from queued rows to settled ones, each with its line in the log."""
    from post_office.mail import send_queued_mail_until_done
    from post_office.models import STATUS, Email, Log

    queue(mails, on_delivery, contents)
    began = time.perf_counter()
    send_queued_mail_until_done(lockfile=str(folder / "post_office"))
    rate = mails / (time.perf_counter() - began)
    done = Email.objects.filter(status=STATUS.sent).count(), Log.objects.filter(status=STATUS.sent).count()
    if done != (mails, mails):
        raise SystemExit(f"django-post-office sent {done[0]} and logged {done[1]} of {mails} mails")
    Email.objects.all().delete()
    return rate


def main(order: dict[str, Any]) -> None:
    folder, mails, contents = Path(order["folder"]), order["mails"], order["contents"]
    configure(folder, order["port"], order["threads"], order["batch"])
    rates = {name: sent(folder, mails, name == "on delivery", contents) for name in ("on delivery", "when queued")}
    print(json.dumps(rates))


if __name__ == "__main__":
    main(json.load(sys.stdin))
