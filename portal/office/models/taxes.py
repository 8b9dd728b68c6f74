"""The taxes of returns, which an office may or may not work with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tax(models.TextChoices):
    IB = "IB", "IB"
    VPB = "VPB", "VPB"
    OB = "OB", "OB"
    ICP = "ICP", "ICP"
    ERF = "ERF", _("Erfbelasting")
    SCHENK = "SCHENK", _("Schenkbelasting")
    LH = "LH", "LH"
