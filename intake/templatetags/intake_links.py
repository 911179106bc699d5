"""Addresses of the admin's screens of the intake, for templates."""

from django import template

from intake.console import links

register = template.Library()


@register.simple_tag
def request_link(pk: int) -> str:
    """The screen of one request; "" where there is none."""
    return links.request_link(pk)
