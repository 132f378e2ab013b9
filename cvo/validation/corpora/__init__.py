"""Validation of corpora: any number of files of any size, in bounded memory, on all cores or on several machines."""
