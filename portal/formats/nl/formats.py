"""Dutch dates as the source screens show them: 02-11-2026, where Django's `nl` says 2-11-2026."""

DATE_FORMAT = SHORT_DATE_FORMAT = "d-m-Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "d-m-Y H:i"
