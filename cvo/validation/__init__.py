"""Validation: the files of contributors against the shapes, with places, fixes and reports."""
