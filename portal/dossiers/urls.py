"""Addresses of Klanten & Aangiften."""

from __future__ import annotations

from django.urls import path

from portal.dossiers.views import clients, documents, records, returns

urlpatterns = [
    path("klanten/", clients.clients, name="clients"),
    path("klanten/<uuid:pk>/", clients.client, name="client"),
    path("aangiften/", returns.returns, name="tax_returns"),
    path("aangiften/<uuid:pk>/", returns.tax_return, name="tax_return"),
    path("aangiften/<uuid:pk>/ontgrendelen/", returns.unlock, name="tax_return_unlock"),
    path("aangiften/<uuid:pk>/document/", documents.of_return, name="tax_return_document"),
    path("serviceberichten/", records.assessment_messages, name="assessment_messages"),
    path("serviceberichten/<uuid:pk>/document/", documents.of_message, name="assessment_message_document"),
    path("uitstelregelingen/", records.extension_schemes, name="extension_schemes"),
    path("fiscale-kaarten/", records.tax_cards, name="tax_cards"),
    path("fiscale-kaarten/<uuid:pk>/document/", documents.of_card, name="tax_card_document"),
    path("verantwoordelijkheden/", records.responsibilities, name="responsibilities"),
]
