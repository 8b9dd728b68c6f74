"""Acts on one row, which are asked about before they are done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from portal.office.administration.pages import Desk, who
from portal.office.models import User

if TYPE_CHECKING:
    from django.db.models import Model


@dataclass(frozen=True)
class Act:
    """`do` gets the row, who does it, and with a `form` its cleaned data; it refuses by one of the page's
    `refusals`. `possible` says for which rows the act is offered.
    """

    do: Callable[..., object]
    possible: Callable[[Any], bool]
    title: Promise
    explanation: Promise
    done: Promise
    form: type[forms.Form] | None = None
    danger: bool = False


class ConfirmedActs(Desk):
    """`acts` by the word that stands in their address; each has a page that explains and asks."""

    acts: dict[str, Act] = {}
    refusals: dict[type[Exception], Promise] = {}

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<uuid:pk>/{word}/", self._page(partial(self._act, word)), name=self._name(word))
            for word in self.acts
        ]
        return [*own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        row = context.get("original")
        context["acts"] = [
            (reverse(f"admin:{self._name(word)}", args=[row.pk]), act)
            for word, act in self.acts.items()
            if row is not None and act.possible(row)
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    def _name(self, word: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{word}"

    def _page(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        page: Callable[..., HttpResponse] = self.admin_site.admin_view(
            require_http_methods(["GET", "HEAD", "POST"])(view)
        )
        return page

    def _act(self, word: str, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Only a POST does it."""
        act, row = self.acts[word], self.get_object(request, str(pk))
        if row is None:
            raise Http404
        self.look(request, row)
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        form = act.form(request.POST or None) if act.form else None
        allowed = act.possible(row)
        if request.method == "POST" and allowed and (form is None or form.is_valid()):
            self._do(act, row, who(request), form, request)
            return redirect(back)
        about = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": act.title,
            "subtitle": str(row),
            "act": act,
            "form": form,
            "allowed": allowed,
            "back": back,
        }
        return render(request, "admin/desk_confirm.html", about)

    def _do(self, act: Act, row: Model, by: User, form: forms.Form | None, request: HttpRequest) -> None:
        try:
            act.do(row, by=by, **(form.cleaned_data if form else {}))
        except tuple(self.refusals) as refused:
            messages.error(request, str(self.refusals[type(refused)]))
        else:
            messages.success(request, str(act.done))
