"""Whether a domain is a customer's already."""

from flask import Response

from app.core import contact as text
from app.core.permissions import Action
from app.queries import customers
from app.web.v1.routes import route


@route.head("/domains/{domain}", needs=Action.VIEW, vendors=True)
def look_for_domain(domain: str) -> Response:
    """Look for a domain: 200 when a customer has it, 404 when it is free. There is no body either way."""
    return Response(status=200 if customers.domain_taken(text.domain(domain)) else 404)
