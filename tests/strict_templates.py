"""Makes a template of this project fail on a variable nobody gave it.

Django renders nothing for an unknown variable, so a typing mistake hides
content in silence. Templates of Wagtail and of other packages rely on that;
they are left alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.base import FilterExpression, Variable, VariableDoesNotExist
from django.template.context import Context
from django.templatetags.i18n import BlockTranslateNode


class UnknownVariableError(BaseException):
    """A template used a name that is not in its context.

    Not an Exception: {% if a and b %} would take one for false.
    """


class StrictVariable(Variable):
    __slots__ = ()

    def resolve(self, context: Any) -> Any:
        try:
            return super().resolve(context)
        except VariableDoesNotExist as error:
            raise UnknownVariableError(f"{self.var!r} is not in the context: {error}"[:400]) from None


def _is_ours(origin: Any) -> bool:
    name = str(getattr(origin, "name", ""))
    return any(name.startswith(f"{Path(directory)}/") for directory in settings.TEMPLATES[0]["DIRS"])


def _expect_known_names(context: Context, node: BlockTranslateNode) -> None:
    given = set(node.extra_context) | {node.countervar}
    for token in [*node.singular, *(node.plural or [])]:
        name = token.contents
        if token.token_type.name == "VAR" and name not in given and name not in context:
            raise UnknownVariableError(f"{name!r} is not in the context of a blocktranslate in {node.origin}")


def install() -> None:
    """Make the project's templates strict in this process. Meant to be called once."""
    make, render = FilterExpression.__init__, BlockTranslateNode.render

    def strict_init(self: FilterExpression, token: str, parser: Any) -> None:
        make(self, token, parser)
        # {% if %} and {% for %} too: there a wrong name hides a whole block.
        if isinstance(self.var, Variable) and _is_ours(getattr(parser, "origin", None)):
            self.var.__class__ = StrictVariable

    def strict_render(self: BlockTranslateNode, context: Context, nested: bool = False) -> str:
        if _is_ours(getattr(self, "origin", None)):
            _expect_known_names(context, self)
        return render(self, context, nested)

    FilterExpression.__init__ = strict_init  # type: ignore[method-assign]
    BlockTranslateNode.render = strict_render  # type: ignore[method-assign]
