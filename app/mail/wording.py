"""A partner's own words as template sources: checked twice, written anew, and put inside our own frame."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from jinja2 import Environment, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core import markup, wording
from app.core.mails import Own
from app.core.markup import LINKS, Token
from app.core.pieces import Amiss, Piece, Wrong, amiss, lines, only_branches, sound
from app.core.wording import Fault, Grammar

ENGINE = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
TERMS = (nodes.And, nodes.Or, nodes.Not)
LINKED = '<a href="{{{{ {name} }}}}" style="color:inherit;text-decoration:underline;word-break:break-all;">'
STYLES = {
    "p": "margin:0 0 16px;",
    "ul": "margin:0 0 16px;padding-left:20px;",
    "ol": "margin:0 0 16px;padding-left:20px;",
    "li": "margin:0 0 4px;",
    "h1": "margin:0 0 16px;font-size:22px;line-height:30px;",
    "h2": "margin:0 0 12px;font-size:19px;line-height:27px;",
    "h3": "margin:0 0 8px;font-size:16px;line-height:25px;",
    "blockquote": "margin:0 0 16px;padding-left:16px;border-left:3px solid #d5dae2;",
    "table": "margin:0 0 16px;border-collapse:collapse;",
    "td": "padding:4px 16px 4px 0;text-align:left;vertical-align:top;",
}
# What the button says depends on what is asked, as in our own wordings.
ASKED = '_("Review the request") if agreement_kind == "relationshipAndAgreement" else _("Review the agreement")'
BUTTONS = {"link": f"{{{{ parts.button({ASKED}, link) }}}}"}
NEW_CUSTOMER = "new-customer"
REVEALS = re.compile(r"{{\s*(reveal)\s*}}")
SAYS = (
    "{% trans %}Your first password is here. It is shown once only, so keep it at hand when you sign in:{% endtrans +%}"
)
LEAD = '<p style="margin:0 0 4px;">'
PASSWORD = {
    "txt": f"{{% if reveal %}}\n\n{SAYS}\n\n{{{{ reveal }}}}\n{{% endif %}}\n",
    "html": f"{{% if reveal %}}\n{LEAD}{SAYS}</p>\n{{{{ parts.address(reveal) }}}}\n{{% endif %}}\n",
}
FRAME = '{{% extends "{folder}/body.{kind}" %}}\n{{% import "_parts.{kind}" as parts with context %}}\n'


@dataclass(frozen=True)
class Sources:
    """Templates for the environment of our own mails: the parts of one mail."""

    subject: str
    text: str
    html: str


def check(own: Own, grammar: Grammar) -> list[Fault]:
    """What is wrong with a wording, by our own reading of it, and then by the template engine's. Nothing is run."""
    found = wording.check(own, grammar)
    if found:
        return found
    read = [(part, stray(said, grammar.names)) for part, said in wording.parts(own).items()]
    return [Fault(part, at.line, at.reason, at.detail) for part, at in read if at]


def stray(source: str, names: Collection[str]) -> Amiss | None:
    """The first thing the template engine finds in a source that is not text, one of the names, or an `if` of them."""
    try:
        return next(_strays(ENGINE.parse(source).body, names), None)
    except TemplateSyntaxError as error:
        return amiss(error.lineno, Wrong.NOT_ALLOWED)
    except RecursionError:
        return amiss(1, Wrong.TOO_DEEP)


def _strays(body: Sequence[nodes.Node], names: Collection[str]) -> Iterator[Amiss]:
    for node in body:
        if type(node) is nodes.Output:
            said = (each for each in node.nodes if type(each) is not nodes.TemplateData)
            yield from (_not(each) for each in said if not _is(each, names))
        elif type(node) is nodes.If:
            if not _is_test(node.test, names):
                yield _not(node.test)
            yield from _strays([*node.body, *node.elif_, *node.else_], names)
        else:
            yield _not(node)


def _is(node: nodes.Node, names: Collection[str]) -> bool:
    return type(node) is nodes.Name and node.ctx == "load" and node.name in names and not node.name.startswith("_")


def _is_test(node: nodes.Node, names: Collection[str]) -> bool:
    if type(node) in TERMS:
        return all(_is_test(term, names) for term in node.iter_child_nodes())
    return _is(node, names)


def _not(node: nodes.Node) -> Amiss:
    return amiss(node.lineno or 1, Wrong.NOT_ALLOWED, type(node).__name__)


def rendered(environment: Environment, own: Own, folder: str, names: Mapping[str, str | int]) -> tuple[str, str, str]:
    """Subject, text and html of a checked wording, by the environment of our own mails."""
    made, (plain, marked) = sources(own, folder), _both(environment)
    subject, text = (plain.from_string(source).render(names) for source in (made.subject, made.text))
    return subject, text, marked.from_string(made.html).render(names)


@lru_cache(maxsize=16)
def _both(environment: Environment) -> tuple[Environment, Environment]:
    """The same environment for plain text and for html: a source has no name that would tell which it is."""
    return environment.overlay(autoescape=False), environment.overlay(autoescape=True)


def sources(own: Own, folder: str) -> Sources:
    """A checked wording as templates: it takes the place of the `body` of our own mail; head and foot stay ours."""
    text, html = (FRAME.format(folder=folder, kind=kind) for kind in ("txt", "html"))
    subject = sound(own.subject.strip())
    title = "".join(_escaped(piece) for piece in subject)
    middle = html_of(own.text) if own.html is None else styled(own.html)
    more, marked = (_unsaid(folder, said, kind) for said, kind in ((own.text, "txt"), (own.html or own.text, "html")))
    return Sources(
        "".join(_inline(piece) for piece in subject),
        f"{text}{{% block body %}}\n{_text(own.text)}\n{more}{{% endblock %}}\n",
        f"{html}{{% block title %}}{title}{{% endblock %}}\n{{% block body %}}\n{middle}\n{marked}{{% endblock %}}\n",
    )


def _unsaid(folder: str, said: str, kind: str) -> str:
    """The way to the first password, where the words forgot it: without it a new customer could not sign in."""
    forgot = folder == NEW_CUSTOMER and "reveal" not in REVEALS.findall(said)
    return PASSWORD[kind] if forgot else ""


def _inline(piece: Piece) -> str:
    """A branch inside a line keeps the line's spaces and its end."""
    return piece.source.replace("{%", "{%+").replace("%}", "+%}") if piece.branch else piece.source


def _branches(row: Sequence[Piece]) -> str:
    return "".join(piece.source for piece in row if piece.branch)


def _text(said: str) -> str:
    rows = lines(sound(said.strip("\r\n")))
    return "\n".join(_branches(row) if only_branches(row) else "".join(map(_inline, row)) for row in rows)


def html_of(said: str) -> str:
    """The html of a text: paragraphs and lists, and a line that is nothing but the link as a button."""
    made: list[str] = []
    block: list[str] = []  # the lines of the paragraph, or the items of the list
    listed = False

    def close() -> None:
        if block:
            made.append(_list(block) if listed else f"{_open('p')}{'<br>'.join(block)}</p>")
            block.clear()

    for row in lines(sound(said)):
        alone = _alone(row)
        is_item = bool(row) and row[0].literal.startswith("- ")
        if alone is not None or is_item != listed:
            close()
        listed = is_item
        if alone is None:
            block.append(_html_line(row).removeprefix("- "))
        elif alone:
            made.append(alone)
    close()
    return "\n".join(made)


def _alone(row: Sequence[Piece]) -> str | None:
    """What a line becomes that belongs to no paragraph: nothing, branches, a button; None: it does."""
    if only_branches(row):
        return _branches(row)
    said = [piece for piece in row if piece.name or piece.branch or piece.literal.strip()]
    if not said:
        return ""
    if len(said) == 1 and said[0].name in LINKS:
        return BUTTONS.get(said[0].name, f"{{{{ parts.address({said[0].name}) }}}}")
    return None


def _list(items: Sequence[str]) -> str:
    return "\n".join([_open("ul"), *(f"{_open('li')}{item}</li>" for item in items), "</ul>"])


def _html_line(row: Sequence[Piece]) -> str:
    return "".join(_link(piece.name) if piece.name in LINKS else _escaped(piece) for piece in row).strip()


def _escaped(piece: Piece) -> str:
    return escape(piece.literal) if piece.literal else _inline(piece)


def _link(name: str) -> str:
    return f"{LINKED.format(name=name)}{{{{ {name} }}}}</a>"


def _open(tag: str) -> str:
    return f'<{tag} style="{STYLES[tag]}">' if tag in STYLES else f"<{tag}>"


def styled(said: str) -> str:
    """The html a partner wrote, with the looks of our mails; every link is written anew."""
    inside = False
    made = []
    for token in markup.tokens(sound(said)):
        inside = (inside or token.opens == "a") and token.closes != "a"
        made.append(_styled(token, inside))
    return "".join(made).strip()


def _styled(token: Token, inside: bool) -> str:
    if token.wrong:
        raise ValueError("not a checked wording")
    if token.href:
        return LINKED.format(name=token.href)
    if token.opens or token.closes:
        return _open(token.opens) if token.opens else f"</{token.closes}>"
    if token.piece is None:
        return token.text
    return _link(token.piece.name) if token.piece.name in LINKS and not inside else _inline(token.piece)
