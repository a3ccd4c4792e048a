"""Figures for Prometheus, read when they are asked for."""

from collections.abc import Iterator

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app import outbox
from app.db import database_now, db
from app.queries import figures, pauses, routes
from app.web.security import csrf

bp = Blueprint("metrics", __name__)
csrf.exempt(bp)


class Figures(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("assent_database_up", "1 while the database answers.")
        try:
            found = list(_read())
            up.add_metric([], 1)
        except SQLAlchemyError:
            found = []
            up.add_metric([], 0)
        yield up
        yield from found


def _read() -> Iterator[GaugeMetricFamily]:
    rows = GaugeMetricFamily(
        "assent_outbox_rows", "Mails and timers, by lane and what is so of them.", None, ["lane", "is"]
    )
    for lane in figures.lanes(database_now(db.session())):
        for word in ("waiting", "due", "dead"):
            rows.add_metric([lane.name, word], getattr(lane, word))
    yield rows
    late = "For how many seconds the mail or timer that waits longest has been due."
    yield GaugeMetricFamily("assent_outbox_oldest_due_seconds", late, outbox.oldest_due() or 0)
    relays = GaugeMetricFamily("assent_mail_relay_paused", "1 for a relay that refuses our mail.", None, ["relay"])
    for route in routes.refusing(database_now(db.session())):
        relays.add_metric([route.name], 1)
    yield relays
    yield GaugeMetricFamily("assent_mail_pauses", "Partners whose mail is held back, or all.", len(pauses.held_back()))
    ends = GaugeMetricFamily("assent_webhook_endpoints", "Endpoints, by what is so of them.", None, ["is"])
    for word, number in figures.endpoints().items():
        ends.add_metric([word], number)
    yield ends
    left = "Events that the sequencer has yet to number for the feed."
    yield GaugeMetricFamily("assent_news_unnumbered", left, figures.unnumbered())


REGISTRY = CollectorRegistry()
REGISTRY.register(Figures())


@bp.get("/metrics")
def metrics() -> Response:
    """Open to everybody who can reach it: figures of the whole installation, nobody's names."""
    return Response(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
