"""Copy and erasure of one person's data, in Wagtail's admin.

What was searched for is posted, never in an address: addresses are kept in
browsers and journals.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from intake.permissions import erases_requesters
from intake.personal_data import person
from providers.personal_data import Subject
from providers.viewsets import Guarded


class PersonForm(forms.Form):
    """Who it is about: one of the three is enough."""

    phone = forms.CharField(label=gettext_lazy("Phone number"), required=False, max_length=40)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    reference = forms.CharField(label=gettext_lazy("Reference of a request"), required=False, max_length=40)

    subject: Subject

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        self.subject = person.subject_from(
            typed.get("phone", ""), typed.get("email", ""), typed.get("reference", "")
        )
        if typed.get("phone") and not self.subject.phone:
            self.add_error("phone", _("This is not a phone number. Example: 02 61 91 00 77."))
        if typed.get("reference") and not self.subject.reference:
            self.add_error("reference", _("A reference has six or ten digits. Example: 48 29 17."))
        if not self.errors and not self.subject:
            raise forms.ValidationError(_("Give a phone number, an e-mail address or a reference."))
        return typed


class PersonView(WagtailAdminTemplateMixin, TemplateView):
    """Search, look, take a copy, erase."""

    template_name = "intake/admin/person.html"
    page_title = gettext_lazy("One person’s data")
    header_icon = "user"
    _show_breadcrumbs = True
    http_method_names = ["get", "head", "post"]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"form": PersonForm(), "holdings": None, "unconfirmed": False}
        return context | super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PersonForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        step = request.POST.get("step")
        if step == "copy":
            answer = JsonResponse(
                person.copy_of(form.subject, request.user),
                json_dumps_params={"ensure_ascii": False, "indent": 2},
            )
            answer["Content-Disposition"] = f'attachment; filename="{_("personal-data")}.json"'
            return answer
        if step == "erase" and request.POST.get("sure"):
            count = person.erase(form.subject, request.user)
            messages.success(
                request,
                ngettext("%(count)s record erased.", "%(count)s records erased.", count) % {"count": count},
            )
            return redirect(reverse("intake_person:index"))
        return self.render_to_response(
            self.get_context_data(form=form, holdings=person.held(form.subject), unconfirmed=step == "erase")
        )


class PersonViewSet(Guarded, ViewSet):
    """Reached by those who answer such demands."""

    name = "intake_person"
    url_prefix = "personne"
    icon = "user"
    menu_label = gettext_lazy("One person’s data")

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return erases_requesters(user)

    @property
    def index_view(self) -> Any:
        return self.construct_view(PersonView)

    def get_urlpatterns(self) -> list[Any]:
        return [path("", self.index_view, name="index")]
