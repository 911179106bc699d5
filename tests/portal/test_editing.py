"""What staff find in the editor: help, drafts, validation, schedules, refusals."""

import datetime
import json

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import ListBlock, StreamBlock, StructBlock
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page, Workflow
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from portal.blocks import BODY, HOME
from portal.blocks.fields import BlocksField
from portal.blocks.figures import BudgetBlock, FigureBlock
from portal.blocks.media import PictureBlock
from portal.models import ContentPage, HomePage, NewsPage, PublicPage, SiteIdentity
from portal.roles import AUTHORS, STAFF, role_name
from tests.factories import UserFactory
from tests.portal.pictures import photograph


def concrete_pages():
    return [model for model in PublicPage.__subclasses__() + _notices() if not model._meta.abstract]


def _notices():
    from portal.models.notices import NoticePage

    return NoticePage.__subclasses__()


def fields_of(panel):
    if isinstance(panel, FieldPanel):
        yield panel
    for child in getattr(panel, "children", []):
        yield from fields_of(child)
    if hasattr(panel, "child_edit_handler"):
        yield from fields_of(panel.child_edit_handler)


@pytest.mark.parametrize("model", [*concrete_pages(), SiteIdentity], ids=lambda model: model.__name__)
def test_every_field_says_what_it_does(model):
    from wagtail.admin.panels import ObjectList

    if issubclass(model, Page):
        panels = [*model.content_panels, *model.promote_panels]
    else:
        panels = model.panels
    bound = ObjectList(panels).bind_to_model(model)
    silent = []
    for panel in fields_of(bound):
        field = model._meta.get_field(panel.field_name) if panel.model is model else panel.db_field
        if not (panel.help_text or field.help_text):
            silent.append(panel.field_name)
    assert not silent


def blocks_within(block, name):
    yield name, block
    if isinstance(block, TypedTableBlock | ImageBlock):
        return  # Wagtail's own parts
    for child_name, child in getattr(block, "child_blocks", {}).items():
        yield from blocks_within(child, f"{name}.{child_name}")
    if isinstance(block, ListBlock):
        yield from blocks_within(block.child_block, f"{name}[]")


@pytest.mark.parametrize(("name", "block"), [*BODY, *HOME])
def test_every_part_of_a_block_says_what_it_does(name, block):
    silent = [
        path
        for path, part in blocks_within(block, name)
        if not isinstance(part, StructBlock | StreamBlock)
        and not getattr(part.meta, "help_text", "")
        and not getattr(getattr(part, "field", None), "help_text", "")
    ]
    assert not silent


def test_blocks_stay_out_of_the_migrations():
    for model in concrete_pages():
        for field in model._meta.local_fields:
            if isinstance(field, BlocksField):
                _name, path, args, kwargs = field.deconstruct()
                assert path == "portal.blocks.fields.BlocksField"
                assert args == [] and not {"block_types", "block_lookup"} & set(kwargs)


def test_a_picture_needs_its_alternative_text(db):
    block = PictureBlock()
    image = photograph(50, 50)
    value = block.to_python(
        {"image": {"image": image.pk, "decorative": False, "alt_text": ""}, "caption": "Gardé"}
    )
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(value)
    assert "alt_text" in refused.value.block_errors["image"].block_errors
    value = block.to_python({"image": {"image": image.pk, "decorative": True, "alt_text": ""}, "caption": ""})
    block.clean(value)


def test_a_figure_needs_a_number_or_a_count():
    block = FigureBlock()
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(block.to_python({"counts": "", "typed": "", "label": "appels", "source": ""}))
    assert "typed" in refused.value.block_errors


def test_a_budget_adds_itself_up_and_says_when_it_cannot():
    block = BudgetBlock()
    lines = [
        {"item": "Téléphone", "amount": "17251", "payer": ""},
        {"item": "Affiches", "amount": "3456.50", "payer": ""},
    ]
    budget = block.to_python({"caption": "2009", "lines": lines, "note": ""})
    assert str(budget.total) == "20707.50" and not budget.is_partial
    shown = block.render(budget).replace("\u202f", "\u00a0")
    assert "20\u00a0707,50\u00a0€" in shown and "17\u00a0251\u00a0€" in shown
    partial = block.to_python(
        {"caption": "2009", "lines": [*lines, {"item": "Local", "amount": None, "payer": ""}], "note": ""}
    )
    assert partial.is_partial
    with pytest.raises(ValidationError):
        block.clean(
            block.to_python(
                {"caption": "x", "lines": [{"item": "x", "amount": "-1", "payer": ""}], "note": ""}
            )
        )


def test_the_map_is_not_there_twice(demo_site):
    demo_site.body = json.dumps([{"type": "map", "value": {"heading": "", "service": None}}])
    with pytest.raises(ValidationError) as refused:
        demo_site.full_clean()
    assert "show_map" in refused.value.message_dict
    demo_site.show_map = False
    demo_site.full_clean()


def form(title="Ma page", text="<p>Bonjour</p>", **more):
    return nested_form_data(
        {
            "title": title,
            "slug": "ma-page",
            "seo_title": "",
            "search_description": "",
            "introduction": "",
            "body": streamfield([("text", rich_text(text))]),
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": ""},
        }
        | more
    )


def add_url(parent):
    return reverse("wagtailadmin_pages:add", args=["portal", "contentpage", parent.pk])


@pytest.fixture
def officer(db, client):
    client.force_login(UserFactory(groups=[role_name(STAFF)]))
    return client


def test_what_an_author_writes_waits_for_the_park(demo_site, client):
    author = UserFactory(groups=[role_name(AUTHORS)])
    client.force_login(author)
    client.post(add_url(demo_site), form() | {"action-publish": "1"})
    page = ContentPage.objects.get(slug="ma-page")
    assert not page.live  # authors cannot publish
    client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form() | {"action-submit": "1"})
    page.refresh_from_db()
    state = page.current_workflow_state
    assert state is not None and not page.live
    assert state.workflow.name == "Validation par le parc"

    client.force_login(UserFactory(groups=[role_name(STAFF)]))
    task = state.current_task_state
    client.post(
        reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", task.pk]),
        {"comment": "Très bien"},
    )
    page.refresh_from_db()
    assert page.live
    assert client.get("/ma-page/").status_code == 200


def test_the_workflow_is_installed_once(db):
    from portal.workflow import install_workflow

    before = Workflow.objects.count()
    install_workflow()
    assert Workflow.objects.count() == before


def test_an_officer_publishes_and_the_page_is_public(demo_site, officer):
    officer.post(add_url(demo_site), form() | {"action-publish": "1"})
    assert "Bonjour" in officer.get("/ma-page/").content.decode()


def test_a_page_without_title_keeps_what_was_typed(demo_site, officer):
    response = officer.post(
        add_url(demo_site), form(title="", text="<p>À ne pas perdre</p>") | {"action-publish": "1"}
    )
    assert response.status_code == 200
    assert "ne pas perdre" in response.content.decode()
    assert not ContentPage.objects.filter(slug="ma-page").exists()


def test_a_scheduled_page_appears_at_its_time(demo_site, officer, client):
    later = timezone.now() + datetime.timedelta(hours=2)
    moment = timezone.localtime(later).strftime("%d/%m/%Y %H:%M")
    officer.post(add_url(demo_site), form() | {"go_live_at": moment, "action-publish": "1"})
    assert officer.get("/ma-page/").status_code == 404
    with time_machine.travel(later + datetime.timedelta(minutes=1), tick=False):
        call_command("publish_scheduled", verbosity=0)
    assert officer.get("/ma-page/").status_code == 200


def test_a_new_address_leads_on_from_the_old_one(demo_site, officer, commit):
    officer.post(add_url(demo_site), form() | {"action-publish": "1"})
    page = ContentPage.objects.get(slug="ma-page")
    officer.post(
        reverse("wagtailadmin_pages:edit", args=[page.pk]), form() | {"slug": "autre", "action-publish": "1"}
    )
    commit()
    assert Redirect.objects.filter(old_path="/ma-page").exists()
    response = officer.get("/ma-page/")
    assert (response.status_code, response["Location"]) == (301, "/autre/")


def test_a_page_cannot_be_put_under_itself(demo_site, officer):
    """The menus follow the tree, in which no loop can be made."""
    parent = ContentPage.objects.get(slug="comprendre-le-service")
    child = ContentPage.objects.get(slug="pour-qui")
    response = officer.post(
        reverse("wagtailadmin_pages:move_confirm", args=[parent.pk, child.pk]), {"action": "move"}
    )
    assert response.status_code in (302, 403)
    child.refresh_from_db()
    assert child.get_parent().pk == parent.pk
    assert officer.get("/comprendre-le-service/pour-qui/").status_code == 200


def test_pages_are_previewed_in_four_widths_and_checked(demo_site, officer):
    page = ContentPage.objects.get(slug="credit-impot")
    assert [size["device_width"] for size in page.preview_sizes] == [320, 390, 768, 1280]
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    officer.post(address, form(title="Essai"))
    shown = officer.get(f"{address}?in_preview_panel=true&mode=").content.decode()
    assert "Essai" in shown
    assert "wagtail-userbar" in shown  # what runs the accessibility checks
    assert "wagtail-userbar" not in officer.get("/credit-impot/").content.decode()


def test_news_without_words_is_refused_and_dated_today_otherwise(demo_site):
    with pytest.raises(ValidationError) as refused:
        NewsPage(title="Sans texte", slug="x", path="1", depth=1).full_clean()
    assert "introduction" in refused.value.message_dict
    assert NewsPage().date == timezone.localdate()


def test_there_is_one_home_page(demo_site, officer):
    root = Page.get_first_root_node()
    assert HomePage.objects.count() == 1
    response = officer.get(reverse("wagtailadmin_pages:add", args=["portal", "homepage", root.pk]))
    assert response.status_code in (302, 403)
