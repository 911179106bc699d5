"""Pictures in the formats of today, with one that every browser reads."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from wagtail.images.models import AbstractImage, Filter, Picture
from wagtail.images.shortcuts import get_renditions_or_not_found

register = template.Library()

FORMATS = "format-{avif,webp,jpeg}"


@register.simple_tag
def responsive(
    image: AbstractImage, operation: str, alt: str | None = None, sizes: str = "", lazy: bool = True
) -> SafeString:
    """A picture tag: ``{% responsive image "width-{960,480}" sizes="92vw" %}``.

    *operation* is Wagtail's, the largest first; drawings stay drawings. Without
    *alt*, the alternative text of the block that holds the picture.
    """
    specs = [operation, "preserve-svg"] if image.is_svg() else [FORMATS, operation, "preserve-svg"]
    renditions = get_renditions_or_not_found(
        image, [Filter(spec=spec) for spec in Filter.expand_spec("|".join(specs))]
    )
    for rendition in renditions.values():
        # Those of drawings are born with decimals, which HTML refuses.
        rendition.width, rendition.height = round(rendition.width), round(rendition.height)
    attributes: dict[str, Any] = {} if alt is None else {"alt": alt}
    if sizes and len(renditions) > 1:
        attributes["sizes"] = sizes
    if lazy:
        attributes["loading"] = "lazy"
    return mark_safe(Picture(renditions, attributes).__html__())  # noqa: S308 (escaped by Wagtail)
