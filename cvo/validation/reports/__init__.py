"""The formats of a validation report: one module each, read when it is asked for; each has ``write(report, lang)``."""
