"""Forms of the admin: what a database constraint would refuse is told beside the field first."""

from __future__ import annotations

from typing import Any

from wagtail.admin.forms import WagtailAdminModelForm


class DistinctRowsForm(WagtailAdminModelForm):
    """A form whose child rows may not repeat each other.

    ``distinct_rows`` gives, by name of the child relation, the fields that
    together may stand only once, and what to say otherwise.
    """

    distinct_rows: dict[str, tuple[tuple[str, ...], Any]] = {}

    def is_valid(self) -> bool:
        # Child rows are validated after clean(): they can only be compared here.
        valid = super().is_valid()
        for relation, (fields, message) in self.distinct_rows.items():
            if relation in self.formsets and not self._distinct(relation, fields, message):
                valid = False
        return valid

    def _distinct(self, relation: str, fields: tuple[str, ...], message: Any) -> bool:
        seen = set()
        distinct = True
        formset = self.formsets[relation]
        for form in formset.forms:
            cleaned = getattr(form, "cleaned_data", None)
            if (
                not cleaned
                or form in formset.deleted_forms
                or (not form.has_changed() and not form.instance.pk)
            ):
                continue
            key = tuple(cleaned.get(field) for field in fields)
            if key in seen or self._stands(formset, form, fields, key):
                form.add_error(fields[0], message)
                distinct = False
            seen.add(key)
        return distinct

    def _stands(self, formset: Any, form: Any, fields: tuple[str, ...], key: tuple[Any, ...]) -> bool:
        """Whether somebody else added such a row since the form was opened."""
        if form.instance.pk or not self.instance.pk:
            return False
        rows = formset.model.objects.filter(**{formset.fk.name: self.instance.pk})
        rows = rows.filter(
            **{field: value for field, value in zip(fields, key, strict=True) if value is not None}
        )
        rows = rows.filter(
            **{f"{field}__isnull": True for field, value in zip(fields, key, strict=True) if value is None}
        )
        return rows.exclude(
            pk__in=[other.instance.pk for other in formset.forms if other.instance.pk]
        ).exists()
